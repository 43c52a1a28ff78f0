"""Files that ship with Botswain: icons, fonts, sample workflows and the demo site."""
