package dev.pennyworth.botsapi.accounts;

import io.micronaut.core.convert.ArgumentConversionContext;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.bind.binders.TypedRequestArgumentBinder;
import io.micronaut.security.filters.SecurityFilter;
import jakarta.inject.Singleton;
import java.util.Optional;

/// Gives controllers their [Caller].
@Singleton
final class CallerBinder implements TypedRequestArgumentBinder<Caller> {
  @Override
  public Argument<Caller> argumentType() {
    return Argument.of(Caller.class);
  }

  @Override
  @SuppressWarnings("unchecked")
  public BindingResult<Caller> bind(
      ArgumentConversionContext<Caller> context, HttpRequest<?> request) {
    if (!request.getAttributes().contains(SecurityFilter.KEY)) {
      return BindingResult.UNSATISFIED; // asked again after the security filter
    }
    Optional<Caller> caller = request.getUserPrincipal(SignedIn.class).map(SignedIn::caller);
    return caller.isPresent() ? () -> caller : BindingResult.EMPTY;
  }
}
