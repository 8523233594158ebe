// The chosen appearance before the first paint; without a choice the system decides.
try {
  const choice = localStorage.getItem("migasfree.theme");
  if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
} catch {
  // No storage: as the system.
}
