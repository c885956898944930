package dev.pennyworth.billing;

/// A team's money.
///
/// @param held the part of the balance that is set aside for running steps
/// @param deposited ever, free credit not counted
/// @param spent ever
public record WalletState(NanoUsd balance, NanoUsd held, NanoUsd deposited, NanoUsd spent) {
  public NanoUsd available() {
    return balance.minus(held);
  }
}
