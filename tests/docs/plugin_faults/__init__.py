"""What becomes of every fault of a plugin: small plugins that are broken, what comes of each, the page that says so."""
