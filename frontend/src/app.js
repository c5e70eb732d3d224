import "bootstrap-italia/dist/plugins/init.js";
import "htmx.org";
import Dropdown from "bootstrap-italia/dist/plugins/dropdown.js";
import NavBarCollapsible from "bootstrap-italia/dist/plugins/navbar-collapsible.js";
import "./log.js";
import "./dashboard.js";

// The kit calls its plugins free of side effects, so esbuild drops those that nobody names.
document.querySelectorAll('[data-bs-toggle="dropdown"]').forEach((toggle) => new Dropdown(toggle));
document.querySelectorAll(".navbar-collapsable").forEach((menu) => new NavBarCollapsible(menu));

// Somebody stopped, or the browser cannot: allauth only tells the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-problem").hidden = false;
});
