// Runs before the first paint: says that scripts work, so that pages may hide what only helps without them.
document.documentElement.classList.add("js");
