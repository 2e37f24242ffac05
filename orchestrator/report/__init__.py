"""`movie.report.html`: one file that shows a film with its cues, and what to review.

`data` makes one JSON from the results of a run (with `tracks`, `sound`, `people`, `need`). `document` puts it
into the page with styles and scripts, `writing` puts the page beside the film, and `last` finds a film's last
run. The page is `page.html`, `look.css` (which the service's page has too), `page.css` and the modules in
`js/`; `js/state.js` documents what these share.
"""
