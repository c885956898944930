package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;

/// Serves what pages load. An address names its content, so the answer never changes.
@Controller("/assets")
@Secured(SecurityRule.IS_ANONYMOUS)
@Hidden
final class AssetsController {
  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private final Assets assets;

  AssetsController(Assets assets) {
    this.assets = assets;
  }

  @Get("/{hash}/{name}")
  @Produces(MediaType.ALL)
  HttpResponse<byte[]> asset(HttpRequest<?> request, String hash, String name) {
    var asset = assets.find(hash, name).orElseThrow(() -> HttpFailure.notFound("asset"));
    var accepted = request.getHeaders().get(HttpHeaders.ACCEPT_ENCODING);
    boolean isZipped = accepted != null && accepted.contains("gzip");
    var response =
        HttpResponse.ok(isZipped ? asset.zipped() : asset.content())
            .contentType(MediaType.of(asset.type()))
            .header(HttpHeaders.CACHE_CONTROL, FOR_EVER)
            .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    return isZipped ? response.header(HttpHeaders.CONTENT_ENCODING, "gzip") : response;
  }
}
