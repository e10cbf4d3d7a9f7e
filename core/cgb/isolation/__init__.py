"""What keeps one plugin's fault from becoming another's, or nobody's: blame, limits, figures.

`owners` whose a step is · `guarded` a plugin's transport as the core holds it · `stats` what plugins cost and did wrong
· `stretches` code between two waits · `watch` an answer layer by layer · `watchdog` who holds up everybody ·
`watchers` those who are told of the end
"""
