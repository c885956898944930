/// A team's money over HTTP: balance, deposits, the ledger and the prices.
@NullMarked
package dev.pennyworth.botsapi.money;

import org.jspecify.annotations.NullMarked;
