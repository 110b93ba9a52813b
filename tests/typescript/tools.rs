//! The clients of designs, and the tools that compile and run them.

use crate::beside::succeeds;
use crate::designs::Design;
use design::emit::{Artifact, Origin, Target, emit};
use design::plan::OutputEntry;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tools are.
pub(crate) fn tools() -> Option<PathBuf> {
    let found = std::env::var_os("TYPESCRIPT").map(PathBuf::from);
    if found.is_none() {
        eprintln!("left out: TYPESCRIPT names no folder with the tools");
    }
    found
}

/// Writes the clients of all designs into a folder of the tools, and gives the folder.
pub(crate) fn written(tools: &Path, to: &str, designs: &[Design]) -> PathBuf {
    let folder = tools.join(to);
    let _ = std::fs::remove_dir_all(&folder);
    for design in designs {
        let output = OutputEntry {
            path: "client".to_owned(),
            options: BTreeMap::new(),
        };
        let origin = Origin::new(&design.plan, "design.yaml");
        let made = emit(&design.plan, Target::TypeScript, &output, &origin);
        let Ok(Artifact::Directory(files)) = made else {
            panic!("{}: no directory", design.name);
        };
        let own = folder.join(&design.name);
        std::fs::create_dir_all(&own).unwrap_or_else(|e| panic!("{e}"));
        for (name, text) in files {
            std::fs::write(own.join(name), text).unwrap_or_else(|e| panic!("{e}"));
        }
    }
    let package = "{ \"private\": true, \"type\": \"module\" }\n";
    std::fs::write(folder.join("package.json"), package).unwrap_or_else(|e| panic!("{e}"));
    folder
}

/// The strictest options, without types of a browser or of Node.js.
fn options(emit: bool) -> String {
    let end = if emit {
        "\"outDir\": \"js\""
    } else {
        "\"noEmit\": true"
    };
    format!(
        "{{ \"compilerOptions\": {{ \"target\": \"es2022\", \"lib\": [\"es2022\"], \"types\": [], \
         \"module\": \"nodenext\", \"moduleResolution\": \"nodenext\", \"rootDir\": \".\", \
         \"strict\": true, \"exactOptionalPropertyTypes\": true, \"noUncheckedIndexedAccess\": true, \
         \"isolatedModules\": true, \"erasableSyntaxOnly\": true, \"verbatimModuleSyntax\": true, \
         \"noImplicitOverride\": true, \"noPropertyAccessFromIndexSignature\": true, \
         \"skipLibCheck\": true, {end} }}, \"include\": [\"*/*.ts\"], \"exclude\": [\"js\"] }}\n"
    )
}

pub(crate) fn tsc(tools: &Path, package: &str, folder: &Path, emit: bool) {
    std::fs::write(folder.join("tsconfig.json"), options(emit)).unwrap_or_else(|e| panic!("{e}"));
    let program = tools.join("node_modules").join(package).join("bin/tsc");
    succeeds(Command::new("node").arg(program).arg("-p").arg(folder));
}
