package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.agentloop.AgentLoopSettings;
import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.botsapi.accounts.Accounts;
import dev.pennyworth.botsapi.accounts.Members;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.bots.TestChats;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.botsapi.money.ModelsController;
import dev.pennyworth.botsapi.secrets.MasterKey;
import dev.pennyworth.connectors.Json;
import io.micronaut.context.annotation.Factory;
import io.micronaut.views.jte.HtmlJteViewsRenderer;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Executors;

/// The object graph of the dashboard.
@Factory
final class DashboardWiring {
  private static final int VISITOR_BYTES = 16;

  @Singleton
  Assets assets() {
    return new Assets();
  }

  @Singleton
  Browser browser(PublicUrl publicUrl) {
    return new Browser(publicUrl);
  }

  @Singleton
  FormTokens formTokens(MasterKey masterKey) {
    return new FormTokens(masterKey);
  }

  @Singleton
  Forms forms(FormTokens tokens) {
    return new Forms(tokens);
  }

  @Singleton
  ModelChoices modelChoices(ModelsController models, AgentLoopSettings settings) {
    return new ModelChoices(models, settings);
  }

  @Singleton
  BotPages botPages(BotDesk desk) {
    return new BotPages(desk);
  }

  @Singleton
  ChatStreams chatStreams(TestChats chats, HtmlPages pages, Json json) {
    return new ChatStreams(chats, pages, json, Executors.newVirtualThreadPerTaskExecutor());
  }

  @Singleton
  HtmlPages htmlPages(
      HtmlJteViewsRenderer<Map<String, Object>> renderer,
      Accounts accounts,
      Members members,
      JdbcWallets wallets,
      FormTokens tokens,
      Browser browser,
      Assets assets,
      SecureRandom random) {
    return new HtmlPages(
        renderer,
        accounts,
        members,
        wallets,
        tokens,
        browser,
        assets,
        () -> {
          byte[] bytes = new byte[VISITOR_BYTES];
          random.nextBytes(bytes);
          return HexFormat.of().formatHex(bytes);
        });
  }
}
