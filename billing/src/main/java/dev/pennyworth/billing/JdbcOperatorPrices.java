package dev.pennyworth.billing;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operator's own prices: a file on one node, published into the database that all nodes share.
/// Publishing only adds: a version that is there keeps its figures, because charges point at it, so
/// an old copy of the file on another node does no harm.
public final class JdbcOperatorPrices {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcOperatorPrices.class);

  private final Jdbi jdbi;
  private final JdbcPrices prices;
  private final JdbcToolPrices toolPrices;
  private final PriceSettings settings;

  JdbcOperatorPrices(
      Jdbi jdbi, JdbcPrices prices, JdbcToolPrices toolPrices, PriceSettings settings) {
    this.jdbi = jdbi;
    this.prices = prices;
    this.toolPrices = toolPrices;
    this.settings = settings;
  }

  /// Reads the file and publishes what is new in it; nothing, if there is no file. Safe to repeat.
  ///
  /// @throws PriceFileRefused if anything in it cannot be; then nothing of it was published
  public List<PriceChange> load() {
    var list = read();
    return jdbi.inTransaction(tx -> publish(tx, list));
  }

  /// Reads the file as it is now; an empty list if there is none.
  ///
  /// @throws PriceFileRefused if it cannot be taken
  public PriceList read() {
    try {
      return PriceFile.of(settings.file());
    } catch (PriceFileRefused e) {
      LOG.warn("prices were refused, and none was changed: {}", e.getMessage());
      throw e;
    }
  }

  /// Publishes what is new in a list. Joins the caller's transaction.
  ///
  /// @throws PriceFileRefused if a version cannot be; then the transaction must be undone
  public List<PriceChange> publish(Handle tx, PriceList list) {
    var changes = new ArrayList<PriceChange>();
    try {
      changes.addAll(prices.publish(tx, list.models()));
      changes.addAll(toolPrices.publish(tx, list.tools()));
    } catch (PriceFileRefused e) {
      LOG.warn("prices were refused, and none was changed: {}", e.getMessage());
      throw e;
    }
    changes.forEach(change ->
        LOG.info(
            "price {} is published: {} after {}",
            change.priceId(),
            change.to(),
            change.from().map(Object::toString).orElse("none")));
    LOG.info("{} new prices in {}", changes.size(), settings.file());
    return List.copyOf(changes);
  }
}
