"""The workflow editor: one document, shown as graph, form and text; what changes it is pure and knows no Qt."""
