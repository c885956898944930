package dev.pennyworth.connectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;

/// Refuses numbers such as `1e-999999999`: twelve characters that take a gigabyte once somebody
/// writes them out.
final class BoundedNumbers extends JsonNodeFactory {
  private static final long serialVersionUID = 1;
  private static final int SCALE_MAX = 100;

  /// @throws ArithmeticException if the number is out of all proportion
  @Override
  public ValueNode numberNode(BigDecimal number) {
    if (number.scale() < -SCALE_MAX || number.scale() > SCALE_MAX) {
      throw new ArithmeticException("a number with an exponent beyond " + SCALE_MAX);
    }
    return super.numberNode(number);
  }
}
