"""Questions about reproduction: what chance decides, what is installed, which model came from where, what starts it all."""
