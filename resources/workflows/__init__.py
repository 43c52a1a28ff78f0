"""Sample workflows that ship with the product: YAML files beside this one, named as they are run."""
