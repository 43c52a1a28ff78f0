"""How the console looks: tokens, palette, style sheet, fonts, icons."""
