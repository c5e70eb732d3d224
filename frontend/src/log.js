// Drafts of log entries: what somebody types is kept on this device until the portal says that it is saved.

const PREFIX = "will-draft:";
const SENT = "will-draft-sent";
const DAY = 24 * 60 * 60 * 1000;
// Not typed by anybody, or not to be sent a second time.
const LEFT_OUT = ["csrfmiddlewaretoken"];

// A page's own, so that two tabs never write into one draft.
const own = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
const formOf = () => document.querySelector("form[data-draft]");
const ownerOf = (form) => `${PREFIX}${form.dataset.draftPerson}:${form.dataset.draft}:`;

// Storage may be full, or switched off: the form works all the same.
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

function read(name) {
  return attempt(() => JSON.parse(localStorage.getItem(name)));
}

function namesOf(prefix) {
  return attempt(() => Object.keys(localStorage).filter((name) => name.startsWith(prefix))) ?? [];
}

function forget(...names) {
  names.forEach((name) => attempt(() => localStorage.removeItem(name)));
}

const sent = () => attempt(() => sessionStorage.getItem(SENT));

function fieldsOf(form) {
  return Array.from(form.elements).filter((field) => field.name && !LEFT_OUT.includes(field.name) && field.type !== "submit");
}

function valuesOf(form) {
  return Object.fromEntries(
    fieldsOf(form).map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]),
  );
}

function keep(form) {
  const draft = { time: Date.now(), values: valuesOf(form) };
  attempt(() => localStorage.setItem(ownerOf(form) + own, JSON.stringify(draft)));
}

function fill(form, values) {
  fieldsOf(form).forEach((field) => {
    if (!(field.name in values)) return;
    if (field.type === "checkbox") field.checked = values[field.name];
    else field.value = values[field.name];
    if (field.type !== "hidden" && values[field.name] && field.value !== field.defaultValue) {
      for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    }
  });
}

// Which drafts belong to a page that is open in another tab; where the browser cannot tell, to none.
async function openElsewhere() {
  const held = await navigator.locks?.query();
  return new Set((held?.held ?? []).map((lock) => lock.name));
}

function holdOwn() {
  // Held as long as the page lives.
  navigator.locks?.request(PREFIX + own, () => new Promise(() => {}));
}

function tell(problem) {
  const box = document.querySelector("[data-draft-problem]");
  if (!box) return;
  box.querySelectorAll("[data-problem]").forEach((line) => {
    line.hidden = line.dataset.problem !== problem;
  });
  box.hidden = !problem;
  if (problem) box.scrollIntoView({ block: "nearest" });
}

function spellTime(time) {
  const today = new Date().toDateString() === new Date(time).toDateString();
  const format = today ? { hour: "2-digit", minute: "2-digit" } : { dateStyle: "long", timeStyle: "short" };
  return new Intl.DateTimeFormat(document.documentElement.lang, format).format(time);
}

// What is typed over a number replaces it: 41 after 9 must not become 941.
function selectNumber(field) {
  if (field?.matches("form[data-draft] [inputmode], .log-copy [inputmode]")) field.select();
}

function goBackTo(form) {
  form.elements.people_served.focus();
  selectNumber(form.elements.people_served);
}

function offer(form, name, draft) {
  const box = document.querySelector("template[data-draft-offer]").content.cloneNode(true).firstElementChild;
  box.querySelector("[data-draft-time]").textContent = spellTime(draft.time);
  box.querySelector("[data-draft-restore]").addEventListener("click", () => {
    fill(form, draft.values);
    keep(form);
    forget(name);
    box.remove();
    goBackTo(form);
  });
  box.querySelector("[data-draft-discard]").addEventListener("click", () => {
    forget(name);
    box.remove();
    goBackTo(form);
  });
  document.querySelector("[data-draft-offers]").append(box);
}

async function offerDrafts(form) {
  const taken = await openElsewhere();
  namesOf(ownerOf(form))
    .filter((name) => name !== ownerOf(form) + own && !taken.has(PREFIX + name.split(":").pop()))
    .map((name) => [name, read(name)])
    .sort(([, first], [, second]) => second.time - first.time)
    .forEach(([name, draft]) => offer(form, name, draft));
}

// The answer to what was sent shows it again: it is this page's own draft now.
function takeOver(form) {
  forget(ownerOf(form) + sent());
  keep(form);
}

function isDone(name, key) {
  const values = read(name)?.values ?? {};
  // A correction may be under way in another tab, over the version that it has read.
  return values.key === key && (!values.version || name.endsWith(`:${sent()}`));
}

function clearDone() {
  const key = document.querySelector("[data-draft-done]")?.dataset.draftDone;
  if (key) forget(...namesOf(PREFIX).filter((name) => isDone(name, key)));
}

function clearOld() {
  forget(...namesOf(PREFIX).filter((name) => !(read(name)?.time > Date.now() - DAY)));
}

// Somebody else has signed in here since.
function clearOfOthers(form) {
  const theirs = `${PREFIX}${form.dataset.draftPerson}:`;
  forget(...namesOf(PREFIX).filter((name) => !name.startsWith(theirs)));
}

function start() {
  clearOld();
  clearDone();
  const form = formOf();
  if (!form) return;
  clearOfOthers(form);
  holdOwn();
  if ("draftBound" in form.dataset) takeOver(form);
  offerDrafts(form);
}

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-draft]")) keep(target.form);
});

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-draft]")) {
    keep(target);
    attempt(() => sessionStorage.setItem(SENT, own));
  } else if (target.action.endsWith("/logout/")) {
    forget(...namesOf(PREFIX));
  }
}, true);

document.addEventListener("focusin", ({ target }) => selectNumber(target));

document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form?.matches("[data-draft]")) return;
  const another = form.querySelector("button[name=then]:enabled");
  if (!another) return;
  event.preventDefault();
  another.click();
});

document.addEventListener("click", ({ target }) => {
  const link = target.closest("[data-draft-discard-all]");
  if (link) forget(ownerOf(formOf()) + own);
});

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.matches("[data-draft]")) tell(null);
});

["htmx:sendError", "htmx:timeout"].forEach((failure) => {
  document.addEventListener(failure, ({ target }) => {
    if (target.matches("[data-draft]")) tell("connection");
  });
});

document.addEventListener("htmx:responseError", ({ target, detail }) => {
  if (target.matches("[data-draft]")) tell(detail.xhr.status === 403 ? "expired" : "server");
});

document.addEventListener("htmx:afterSwap", () => {
  const form = formOf();
  if (form && "draftBound" in form.dataset) keep(form);
});

start();
// Whether the browser moves the focus before this script runs or after it.
selectNumber(document.activeElement);
