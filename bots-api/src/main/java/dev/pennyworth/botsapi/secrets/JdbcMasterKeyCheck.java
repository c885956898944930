package dev.pennyworth.botsapi.secrets;

import java.nio.charset.StandardCharsets;
import org.jdbi.v3.core.Jdbi;

/// Tells at start, before anything is sealed or opened, whether the master key is the database's.
public final class JdbcMasterKeyCheck {
  private static final Binding BINDING = Binding.of("master_key_check");
  private static final byte[] KNOWN_TEXT =
      "The master key opens this.".getBytes(StandardCharsets.UTF_8);

  private final Jdbi jdbi;
  private final Sealer sealer;

  public JdbcMasterKeyCheck(Jdbi jdbi, Sealer sealer) {
    this.jdbi = jdbi;
    this.sealer = sealer;
  }

  /// Whether the key opens what the first start sealed. A first start seals it. Safe to repeat,
  /// also from several nodes at once.
  public boolean passes() {
    try {
      sealer.open(BINDING, writtenByTheFirstStart());
      return true;
    } catch (CannotOpen _) {
      return false;
    }
  }

  private byte[] writtenByTheFirstStart() {
    return jdbi.inTransaction(tx -> {
      tx.createUpdate(
              """
              INSERT INTO master_key_check (sealed)
              VALUES (:sealed)
              ON CONFLICT DO NOTHING
              """)
          .bind("sealed", sealer.seal(BINDING, KNOWN_TEXT))
          .execute();
      return tx.createQuery(
              """
              SELECT sealed
              FROM master_key_check
              """)
          .mapTo(byte[].class)
          .one();
    });
  }
}
