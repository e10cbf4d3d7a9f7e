"""What must hold for any plugin, hook by hook, and the suite that tries it."""
