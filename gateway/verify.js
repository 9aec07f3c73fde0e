"use strict";
const form = document.forms[0];
const receipt = form.elements.receipt;
const file = form.elements.file;
const said = document.getElementById("said");
const words = said.dataset;

function read(text) {
  try {
    const told = JSON.parse(text);
    return told.receipt || told;
  } catch {
    return { jws: text };
  }
}

function tell(told) {
  if (!told.valid) {
    const kind = told.reason.split(":")[0];
    return (words[kind] || words.signature) + (kind === "changed" ? "\n" + told.reason : "");
  }
  const facts = told.receipt;
  const lines = [words.valid, ""];
  for (const name of ["number", "organisation_code", "code_group", "round_id", "revision", "accepted_at"]) {
    lines.push(words[name.replace("_", "")] + ": " + facts[name]);
  }
  lines.push(facts.on_time ? words.ontime : words.late);
  if (told.superseded) lines.push(words.superseded + " " + told.last_revision);
  return lines.join("\n");
}

async function check(event) {
  if (event) event.preventDefault();
  if (!receipt.value.trim()) return;
  said.textContent = words.asking;
  try {
    const answer = await fetch("/v1/receipts/verify", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify(read(receipt.value)),
    });
    const told = await answer.json();
    said.textContent = answer.ok ? tell(told) : words.unable + " " + told.detail;
  } catch {
    said.textContent = words.unable;
  }
}

function fromAddress() {
  if (location.hash.length > 1) {
    receipt.value = location.hash.slice(1);
    check();
  }
}

file.addEventListener("change", async () => {
  receipt.value = await file.files[0].text();
  check();
});
form.addEventListener("submit", check);
addEventListener("hashchange", fromAddress);
fromAddress();
