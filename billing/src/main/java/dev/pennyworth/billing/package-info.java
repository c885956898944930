/// Holding and settling money: prices, holds, wallets, caps and the ledger. This package is the
/// door.
@NullMarked
package dev.pennyworth.billing;

import org.jspecify.annotations.NullMarked;
