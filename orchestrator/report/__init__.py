"""`movie.report.html`: one file that shows a film beside its cues, and where the machine was unsure.

`data` makes one JSON of what a run left (with `tracks`, `sound`, `people`, `need`), `document` puts it into the page with its styles and
scripts, `writing` puts that beside the film, `last` finds the last run of a film. The page itself is `page.html`, `page.css` and the
modules in `js/`; what these share is documented at the top of `js/state.js`.
"""
