/// Who changed what: an append-only record of each team.
@NullMarked
package dev.pennyworth.botsapi.audit;

import org.jspecify.annotations.NullMarked;
