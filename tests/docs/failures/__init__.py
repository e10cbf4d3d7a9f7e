"""The fault matrix: every way in which Gemini fails, what a client must get then, and the page that says so."""
