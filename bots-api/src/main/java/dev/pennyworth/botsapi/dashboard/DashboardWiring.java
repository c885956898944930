package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.botsapi.accounts.Accounts;
import dev.pennyworth.botsapi.accounts.Members;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.botsapi.secrets.MasterKey;
import io.micronaut.context.annotation.Factory;
import io.micronaut.views.jte.HtmlJteViewsRenderer;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

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
