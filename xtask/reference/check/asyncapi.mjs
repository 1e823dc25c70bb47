// Parses the AsyncAPI document with the official parser. Usage: node asyncapi.mjs ASYNCAPI.JSON
import { readFileSync } from "node:fs";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const severe = diagnostics.filter((one) => one.severity <= DiagnosticSeverity.Warning);
for (const one of severe) console.error(`${DiagnosticSeverity[one.severity]}: ${one.path.join(".")}: ${one.message}`);
if (!document || severe.length) process.exit(1);
const messages = document.allMessages().length;
console.log(`AsyncAPI ${document.version()}: ${messages} messages, ${document.allOperations().length} operations`);
if (messages < 60) { console.error("messages are missing"); process.exit(1); }
