// Uses the page as a person would, with keys, clicks and typing, and leaves what it saw for the test to read.
(() => {
  const $ = (id) => document.getElementById(id);
  const seen = [];
  const say = (name, value) => seen.push(`${name}: ${String(value).replace(/\s+/g, " ").trim()}`);
  window.addEventListener("error", (event) => say("error", event.message));
  const key = (name) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const type = (node, value) => { node.value = value; node.dispatchEvent(new Event("input", { bubbles: true })); };
  const position = () => $("position").textContent;
  try {
    say("claim", $("claim").textContent);
    say("compared", $("compare-rows").rows.length);
    say("open", position());
    key("ArrowRight"); key("ArrowRight"); key("ArrowLeft");
    say("keys", position());
    say("alternatives", $("alternatives").querySelectorAll(".row:not(.head)").length);
    say("taken", $("alternatives").querySelector(".chosen .name").textContent);
    say("branches", $("credal").querySelectorAll(".dot").length);
    say("triangle", $("credal").querySelectorAll(".triangle .pick").length);
    say("happened", $("credal").querySelectorAll(".happened-row").length);
    say("here", $("map").querySelectorAll(".here").length);
    say("cells", $("map").querySelectorAll(".cell").length);
    $("last").click();
    say("end", $("alternatives").querySelector("h3").textContent);
    say("next at the end", $("next").disabled);
    type($("scrub"), 1);
    say("scrubbed", position());
    $("trace-choice").querySelectorAll("button")[2].click();
    say("best", $("trace-choice").querySelector("[aria-pressed=true]").textContent + " " + position().split(" of ")[0]);
    say("address", location.hash);
    $("shade-choice").querySelectorAll("button")[1].click();
    say("shade", $("map-legend").firstChild.textContent);
    $("scale-choice").querySelectorAll("button")[1].click();
    say("closer", $("scale-choice").querySelector("[aria-pressed=true]").textContent);
    type($("search"), "x=7 lava");
    say("found", $("policy-rows").rows.length);
    type($("search"), "no such thing");
    say("not found", $("policy-rows").textContent);
    type($("search"), "");
    $("page-next").click();
    say("second page", $("page-position").textContent);
    $("policy-head").querySelector("button").click();
    say("sorted", $("policy-head").querySelector("th").getAttribute("aria-sort") + " " + $("policy-rows").rows[0].cells[0].textContent);
    say("nameless buttons", [...document.querySelectorAll("button")].filter((b) => !(b.textContent.trim() || b.getAttribute("aria-label"))).length);
    say("spoken", $("spoken").textContent.length > 20);
    say("too wide", document.documentElement.scrollWidth - document.documentElement.clientWidth);
    key(" ");
    say("playing", $("play").getAttribute("aria-pressed"));
  } catch (error) {
    say("error", error.stack);
  }
  setTimeout(() => {
    say("played", position() !== "Step 0");
    const log = document.createElement("pre");
    log.id = "seen";
    log.textContent = seen.join("\n");
    document.body.append(log);
  }, 2500);
})();
