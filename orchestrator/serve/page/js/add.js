/* Adds films: by path, or chosen in the allowed folders. */
import { byId, fillWith, h, inputById } from "../../../report/js/elements.js";
import { bytes, languageName, plural } from "../../../report/js/words.js";
import { ask, inWords, Refused } from "./api.js";
import { model, reload } from "./model.js";
import { button, say } from "./parts.js";

const COMMON =
  "ar bn cs da de el en es fa fi fr he hi hu id it ja ko mr nl no pl pt ro ru sv ta te th tr uk ur vi zh";
const MOST = 500; // films that one click adds
const dialog = () => /** @type {HTMLDialogElement} */ (byId("browser"));
let asked = 0;

export function startAdd() {
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    const path = inputById("add-path").value.trim();
    if (path) void add([path]);
  });
  byId("browse").addEventListener("click", () => {
    dialog().showModal();
    fillWith(byId("browser-options"), `What you add is processed so: ${asChosen()}.`);
    void open(only() ?? "");
  });
  byId("add-open").addEventListener("click", () => {
    const shown = document.body.classList.toggle("adding");
    byId("add-open").textContent = shown ? "Close" : "Add films";
    if (shown) byId("add-title").focus();
  });
  byId("browser-close").addEventListener("click", () => dialog().close());
  fillWith(
    byId("languages"),
    ...COMMON.split(" ").map((code) => h("option", { value: code }, languageName(code))),
  );
}

export function drawAdd() {
  const folders = model.status?.settings.folders ?? [];
  byId("add").hidden = !folders.length;
  byId("add-none").hidden = Boolean(folders.length) || !model.status;
}

/* The folder of the service, if it has one only: there is nothing to choose. */
function only() {
  const folders = model.status?.settings.folders ?? [];
  return folders.length === 1 ? folders[0] : null;
}

/* The options of the form, in words. */
function asChosen() {
  const { language, target_language: target } = options();
  const own = model.status?.settings.options ?? {};
  const spoken = language || own.language;
  const into = target || own.target_language;
  const names = (/** @type {unknown} */ codes) =>
    String(codes)
      .split(",")
      .map((code) => (code.length > 3 ? code : languageName(code)))
      .join(", ");
  return `spoken language ${spoken ? names(spoken) : "detected"}, ${into ? `translated into ${names(into)}` : "not translated"}`;
}

/* The options that the form sets. */
function options() {
  const language = inputById("add-language").value.trim().toLowerCase();
  const target = inputById("add-target").value.replaceAll(/\s+/g, "").toLowerCase();
  return { ...(language && { language }), ...(target && { target_language: target }) };
}

/**
 * Queue films; returns how many.
 * @param {string[]} paths
 */
async function add(paths) {
  let count = 0;
  for (const path of paths.slice(0, MOST)) {
    try {
      const answer = await ask("POST", "/api/jobs", { path, options: options() });
      if (answer.queued) {
        tellFolder(answer);
        return answer.new;
      }
      count += 1;
    } catch (error) {
      wrong(`${paths.length > 1 ? `${path}: ` : ""}${inWords(error)}`);
      if (!(error instanceof Refused) || error.status !== 422) break;
    }
  }
  if (count) {
    if (count === paths.length) wrong("");
    inputById("add-path").value = "";
    say(
      count === 1
        ? `${paths[0].split("/").pop()} is in the queue.`
        : `${plural(count, "film")} are in the queue.`,
    );
    reload();
  }
  return count;
}

/**
 * Say what became of a folder.
 * @param {{queued: string[], left_out: {[rule: string]: number}}} answer
 */
function tellFolder(answer) {
  const rules = Object.entries(answer.left_out).map(([rule, count]) => `${count} ${rule}`);
  const left = rules.length ? ` Left out: ${rules.join(", ")}.` : "";
  const count = answer.queued.length;
  wrong("");
  say(`${count === 1 ? "1 film is" : `${count || "No"} films are`} in the queue.${left}`, !count);
  if (count) inputById("add-path").value = "";
  reload();
}

/** @param {string} text */
function wrong(text) {
  for (const id of ["add-wrong", "browser-wrong"]) {
    byId(id).textContent = text;
    byId(id).hidden = !text;
  }
}

/**
 * Show a folder.
 * @param {string} path
 */
async function open(path) {
  const mine = ++asked;
  wrong("");
  try {
    const found = /** @type {ServeFolder} */ (await ask("POST", "/api/folders", { path }));
    if (mine === asked) show(found);
  } catch (error) {
    wrong(inWords(error));
  }
}

/** @param {ServeFolder} found */
function show(found) {
  const { parent, folders, films } = found;
  fillWith(
    byId("browser-path"),
    parent !== null &&
      found.path !== only() &&
      button("↑ Up", "up", () => open(parent), { plain: "To the folder above" }),
    h("bdi", found.path || "Folders of this service"),
  );
  const entries = [
    ...folders.map((one) =>
      h("li", h("button.folder", { type: "button", onclick: () => void open(one.path) }, h("bdi", one.name))),
    ),
    ...films.map((one) =>
      h("li.film", h("bdi", one.name), h("span.note", one.rule || bytes(one.size)), adding(one)),
    ),
  ];
  fillWith(byId("browser-list"), ...entries);
  fillWith(
    byId("browser-note"),
    !entries.length && "There is no film here.",
    found.left_out ? `${plural(found.left_out, "more entry").replace("entrys", "entries")} not shown.` : null,
  );
  const all = byId("browser-all");
  const own = films.filter((one) => !one.rule);
  all.hidden = own.length < 2;
  all.textContent = `Add ${own.length === films.length ? "all" : "the"} ${own.length} films`;
  all.onclick = async () => {
    if (await add(own.map((one) => one.path))) dialog().close();
  };
  const below = /** @type {HTMLButtonElement} */ (byId("browser-below"));
  below.hidden = !found.path || !folders.length;
  below.disabled = false;
  below.onclick = async () => {
    below.disabled = true; // reading the films of a large library takes a while
    byId("browser-note").textContent = "Searching the folder…";
    if (await add([found.path])) dialog().close();
    below.disabled = false;
    byId("browser-note").textContent = "";
  };
  (byId("browser-list").querySelector("button") ?? byId("browser-close")).focus();
}

/** @param {{name: string, path: string}} film */
function adding(film) {
  const made = button(
    "Add",
    "add",
    async () => {
      if (!(await add([film.path]))) return;
      made.textContent = "Added";
      made.setAttribute("disabled", "");
    },
    { of: film.name },
  );
  return made;
}
