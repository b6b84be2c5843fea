"""How the desk does, and who is told when it does badly."""
