/* Applies what a model proposes: each is an edit of its cue like any other, and can be undone. */
import { page } from "./state.js";
import { acts, place } from "./proposals.js";
import { endTyping } from "./history.js";
import { retext } from "./edits.js";

acts.apply = (one) => {
  const there = place(one);
  if (!there) return;
  page.select(there.cue.id);
  endTyping();
  retext(there.cue.id, there.text.replace(/\n$/, ""));
  endTyping();
};
