package dev.pennyworth.botsapi.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.pennyworth.billing.NanoUsd;
import java.io.IOException;
import java.math.BigDecimal;

/// Writes money as cents: a plain JSON number with up to 7 fraction digits.
final class CentsSerializer extends StdSerializer<NanoUsd> {
  private static final long serialVersionUID = 1;

  CentsSerializer() {
    super(NanoUsd.class);
  }

  @Override
  public void serialize(NanoUsd amount, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    out.writeNumber(new BigDecimal(amount.toCents()));
  }
}
