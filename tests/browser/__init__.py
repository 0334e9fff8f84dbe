"""Every page we make, looked at for barriers: its structure on any machine, with axe and by size where there is a browser."""
