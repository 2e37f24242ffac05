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
    void open("");
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
      await ask("POST", "/api/jobs", { path, options: options() });
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
    parent !== null && button("↑ Up", "up", () => open(parent), { plain: "To the folder above" }),
    h("bdi", found.path || "Folders of this service"),
  );
  const entries = [
    ...folders.map((one) =>
      h("li", h("button.folder", { type: "button", onclick: () => void open(one.path) }, h("bdi", one.name))),
    ),
    ...films.map((one) => h("li.film", h("bdi", one.name), h("span.note", bytes(one.size)), adding(one))),
  ];
  fillWith(byId("browser-list"), ...entries);
  fillWith(
    byId("browser-note"),
    !entries.length && "There is no film here.",
    found.left_out ? `${plural(found.left_out, "more entry").replace("entrys", "entries")} not shown.` : null,
  );
  const all = byId("browser-all");
  all.hidden = films.length < 2;
  all.textContent = `Add all ${films.length} films`;
  all.onclick = async () => {
    if (await add(films.map((one) => one.path))) dialog().close();
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
