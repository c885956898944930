package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.billing.ToolPrice.Rule;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcTeamToolPricesTest {
  private static final String WORKSPACE = "ws_" + "0a".repeat(16);
  private static final String WEATHER = WORKSPACE + "/weather";

  private final TestingBilling billing = new TestingBilling();
  private final JdbcTeamToolPrices prices = new BillingWiring().teamToolPrices(billing.now::get);

  @AfterEach
  void theBooksAddUp() {
    assertThat(billing.prove().firstMismatch()).isEmpty();
    billing.close();
  }

  private ToolPrice publish(String tool, long cents, Rule... rules) {
    return billing.jdbi.inTransaction(
        tx -> prices.publish(tx, billing.team, tool, NanoUsd.ofCents(cents), List.of(rules)));
  }

  @Test
  void eachChangeIsTheNextVersionOfItsTool() {
    assertThat(publish(WEATHER, 1).list().id()).isEqualTo("tool/" + WEATHER + "@1");
    assertThat(publish(WEATHER, 2).list().id()).isEqualTo("tool/" + WEATHER + "@2");
    assertThat(publish(WORKSPACE + "/other", 2).list().id()).endsWith("/other@1");
  }

  @Test
  void aVersionIsReadAsItWasWritten() {
    var written =
        publish(
            WEATHER,
            3,
            new Rule.Equal("city", "Berlin", NanoUsd.ofCents(5)),
            new Rule.PerUnit("days", NanoUsd.ofCents(1)));

    var read =
        billing.jdbi.withHandle(handle ->
            handle
                .createQuery("SELECT * FROM tool_price_version WHERE team_id = :team")
                .bind("team", billing.team.uuid())
                .map((RowMapper<Optional<ToolPrice>>) (row, _) -> JdbcTeamToolPrices.joined(row))
                .one());

    assertThat(read).contains(written);
  }

  @Test
  void aChargeKeepsTheVersionThatItWasHeldAtAndTheToolsName() {
    var held = hold(publish(WEATHER, 7));
    publish(WEATHER, 900);
    billing.gate.book(Booking.of(new Resolution.Settle(held, Settlement.ofTool("answer"))));

    assertThat(ledger("price_id")).isEqualTo("tool/" + WEATHER + "@1");
    assertThat(ledger("tool_name")).isEqualTo("weather");
    assertThat(ledger("cost_nanos")).isEqualTo("70000000");
    assertThat(billing.wallet().spent()).isEqualTo(NanoUsd.ofCents(7));
  }

  private Hold hold(ToolPrice price) {
    return billing.granted(
        new HoldRequest(
            new StepKey(billing.team, billing.bot, new TurnId(UUID.randomUUID()), 1, 1),
            BillingMode.WALLET,
            price.list(),
            "ann",
            TestingBilling.UTC,
            new Ask.Fixed(price.of("{}"))));
  }

  private String ledger(String column) {
    return billing.jdbi.withHandle(handle ->
        handle
            .createQuery(
                "SELECT %s::text FROM ledger_transaction WHERE team_id = :team AND kind = 'charge'"
                    .formatted(column))
            .bind("team", billing.team.uuid())
            .mapTo(String.class)
            .one());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE tool_price_version SET base_nanos = 1 WHERE team_id = ?",
        "DELETE FROM tool_price_version WHERE team_id = ?"
      })
  void aVersionIsNeverChangedOrDeleted(String statement) {
    publish(WEATHER, 1);

    assertThatThrownBy(
            () -> billing.jdbi.useHandle(handle -> handle.execute(statement, billing.team.uuid())))
        .hasStackTraceContaining("charges point at versions of prices");
  }

  @ParameterizedTest
  @CsvSource({
    "weather, weather",
    "W/weather, weather",
    "W/github/search, search",
    "W/github/a/b@c, a/b@c",
    "ws_1/weather, ws_1/weather",
    "billing/weather, billing/weather"
  })
  void peopleReadATeamsToolByItsNameAlone(String tool, String name) {
    var price = Price.ofTool(tool.replaceAll("^W/", WORKSPACE + "/"), "3");

    assertThat(price.model()).isEqualTo(name);
    assertThat(Price.ofToolId(price.id())).contains(price);
  }
}
