/// The rules of the house, held by tests: what may depend on what, and how the tree is written.
///
/// Rules about classes (`ModuleRules`, `NameRules`, `BanRules`) read class files with ArchUnit.
/// Rules about text read the working tree; each is a function from text to findings.
@NullMarked
package dev.pennyworth.botsapi.house;

import org.jspecify.annotations.NullMarked;
