package dev.pennyworth.connectors.slack;

import dev.pennyworth.connectors.PlatformApiUrls;
import dev.pennyworth.connectors.WebhookIntake;
import dev.pennyworth.connectors.WebhookReach;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Jdbi;

/// The object graph of Slack.
@Factory
public final class SlackWiring {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Singleton
  @Bean(preDestroy = "close")
  public HttpSlackTransport slackTransport() {
    return new HttpSlackTransport(threads);
  }

  @Singleton
  @Bean(preDestroy = "close")
  public HttpSlackSockets slackSockets() {
    return new HttpSlackSockets(threads);
  }

  @Singleton
  public SlackApi slackApi(PlatformApiUrls urls, HttpSlackTransport transport) {
    return new SlackApi(urls.slack(), transport);
  }

  @Singleton
  public SlackSender slackSender(SlackApi api) {
    return new SlackSender(api);
  }

  @Singleton
  public SlackConnector slackConnector(SlackApi api, PlatformApiUrls urls, WebhookReach reach) {
    return new SlackConnector(api, urls.slack().isPresent(), reach);
  }

  @Singleton
  public JdbcSlackThreads slackThreads(Jdbi jdbi) {
    return new JdbcSlackThreads(jdbi);
  }

  @Singleton
  public SlackListener slackListener(
      SlackApi api,
      HttpSlackSockets sockets,
      WebhookIntake intake,
      JdbcSlackThreads slackThreads,
      WebhookReach reach) {
    return new SlackListener(api, sockets, intake, slackThreads, reach, threads);
  }
}
