const { readFile } = require("node:fs/promises");
const esbuild = require("esbuild");

// The kit carries a video player's icon font as data; browsers load it unasked and our security policy refuses it.
const withoutPlayerFont = {
  name: "without-player-font",
  setup({ onLoad }) {
    onLoad({ filter: /bootstrap-italia\.min\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      return { contents: css.replace(/@font-face\{font-family:VideoJS[^}]*\}/, ""), loader: "css" };
    });
  },
};

esbuild.build({
  entryPoints: ["src/app.js", "src/app.css"],
  bundle: true,
  minify: true,
  target: "es2022",
  outdir: "../var/frontend",
  assetNames: "assets/[name]",
  loader: { ".woff2": "file" },
  nodePaths: [process.env.NODE_PATH],
  plugins: [withoutPlayerFont],
  logLevel: "warning",
}).catch(() => process.exit(1));
