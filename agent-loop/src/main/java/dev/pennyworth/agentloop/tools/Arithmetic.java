package dev.pennyworth.agentloop.tools;

import static java.math.RoundingMode.CEILING;
import static java.math.RoundingMode.FLOOR;
import static java.math.RoundingMode.HALF_EVEN;
import static java.math.RoundingMode.HALF_UP;

import com.ezylang.evalex.Expression;
import com.ezylang.evalex.config.ExpressionConfiguration;
import com.ezylang.evalex.operators.OperatorIfc;
import com.ezylang.evalex.parser.ASTNode;
import com.ezylang.evalex.parser.ParseException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;

/// The value of an expression that a stranger may have written.
///
/// EvalEx reads it. The value is worked out here, because every number on the way must have a
/// limit: one `1e999999999` rounded to whole numbers would fill the memory. Within the limits each
/// operation takes microseconds.
final class Arithmetic {
  private static final int EXPRESSION_CHARACTERS_MAX = 500;
  private static final int EXPONENT_MAX = 1_000;
  private static final int PLACES_MAX = 100;

  /// For what has a finite result: sums, products, whole powers.
  private static final MathContext EXACT = new MathContext(1_000, HALF_EVEN);

  /// For what may have none: quotients, roots, broken powers.
  private static final MathContext ROUNDED = MathContext.DECIMAL128;

  private static final BigDecimal PI = new BigDecimal("3.141592653589793238462643383279502884");
  private static final BigDecimal E = new BigDecimal("2.718281828459045235360287471352662498");

  private static final ExpressionConfiguration GRAMMAR =
      ExpressionConfiguration.builder()
          .arraysAllowed(false)
          .structuresAllowed(false)
          .powerOfPrecedence(OperatorIfc.OPERATOR_PRECEDENCE_POWER_HIGHER) // -2^2 is -4
          .build();

  private Arithmetic() {}

  /// The value in plain digits.
  ///
  /// @throws ArithmeticException if there is none, or it is out of bounds; its message says why
  static String of(String expression) {
    if (expression.length() > EXPRESSION_CHARACTERS_MAX) {
      throw new ArithmeticException(
          "an expression has at most " + EXPRESSION_CHARACTERS_MAX + " characters");
    }
    try {
      var value = value(new Expression(expression, GRAMMAR).getAbstractSyntaxTree());
      return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    } catch (NoSuchElementException _) {
      throw new ArithmeticException("a function lacks its values");
    } catch (ParseException e) {
      throw new ArithmeticException(String.valueOf(e.getMessage()));
    }
  }

  private static BigDecimal value(ASTNode node) {
    var token = node.getToken();
    var name = token.getValue().toUpperCase(Locale.ROOT);
    var operands = node.getParameters().stream().map(Arithmetic::value).toList();
    return bounded(
        switch (token.getType()) {
          case NUMBER_LITERAL -> literal(name);
          case VARIABLE_OR_CONSTANT -> constant(name);
          case PREFIX_OPERATOR -> prefix(name, operands.getFirst());
          case INFIX_OPERATOR -> infix(name, operands.getFirst(), operands.getLast());
          case FUNCTION -> function(name, operands);
          default -> throw unknown(name);
        });
  }

  private static BigDecimal bounded(BigDecimal value) {
    long magnitude = (long) value.precision() - value.scale();
    if (value.signum() != 0 && Math.abs(magnitude) > EXPONENT_MAX) {
      throw new ArithmeticException(
          "a number on the way has an exponent of more than " + EXPONENT_MAX);
    }
    return value.signum() == 0 ? BigDecimal.ZERO : value;
  }

  private static BigDecimal literal(String digits) {
    try {
      return new BigDecimal(digits);
    } catch (NumberFormatException _) {
      throw unknown(digits);
    }
  }

  private static BigDecimal constant(String name) {
    return switch (name) {
      case "PI" -> PI;
      case "E" -> E;
      default -> throw unknown(name);
    };
  }

  private static BigDecimal prefix(String operator, BigDecimal operand) {
    return switch (operator) {
      case "-" -> operand.negate();
      case "+" -> operand;
      default -> throw unknown(operator);
    };
  }

  private static BigDecimal infix(String operator, BigDecimal left, BigDecimal right) {
    return switch (operator) {
      case "+" -> left.add(right, EXACT);
      case "-" -> left.subtract(right, EXACT);
      case "*" -> left.multiply(right, EXACT);
      case "/" -> quotient(left, right);
      case "%" -> left.remainder(nonZero(right), EXACT);
      case "^" -> power(left, right);
      default -> throw unknown(operator);
    };
  }

  /// Exact where the quotient ends, rounded where it does not.
  private static BigDecimal quotient(BigDecimal left, BigDecimal right) {
    var whole = left.remainder(nonZero(right), EXACT);
    return whole.signum() == 0 ? left.divide(right, EXACT) : left.divide(right, ROUNDED);
  }

  private static BigDecimal nonZero(BigDecimal divisor) {
    if (divisor.signum() == 0) {
      throw new ArithmeticException("it divides by zero");
    }
    return divisor;
  }

  private static BigDecimal power(BigDecimal base, BigDecimal exponent) {
    boolean isWhole = exponent.stripTrailingZeros().scale() <= 0;
    if (exponent.abs().compareTo(BigDecimal.valueOf(10_000)) > 0) {
      throw new ArithmeticException("a power is too high");
    }
    if (!isWhole) {
      return approximate(Math.pow(base.doubleValue(), exponent.doubleValue()));
    }
    int n = exponent.intValueExact();
    return n >= 0
        ? base.pow(n, EXACT)
        : BigDecimal.ONE.divide(bounded(nonZero(base).pow(-n, EXACT)), ROUNDED);
  }

  private static BigDecimal approximate(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new ArithmeticException("the result is not a real number");
    }
    return BigDecimal.valueOf(value);
  }

  private static BigDecimal function(String name, List<BigDecimal> operands) {
    return switch (name) {
      case "ABS" -> operands.getFirst().abs();
      case "AVERAGE" -> quotient(sum(operands), BigDecimal.valueOf(operands.size()));
      case "CEILING" -> operands.getFirst().setScale(0, CEILING);
      case "FLOOR" -> operands.getFirst().setScale(0, FLOOR);
      case "MAX" -> operands.stream().max(BigDecimal::compareTo).orElseThrow();
      case "MIN" -> operands.stream().min(BigDecimal::compareTo).orElseThrow();
      case "ROUND" -> operands.getFirst().setScale(places(operands.getLast()), HALF_UP);
      case "SQRT" -> operands.getFirst().sqrt(ROUNDED);
      case "SUM" -> sum(operands);
      default -> throw unknown(name);
    };
  }

  private static BigDecimal sum(List<BigDecimal> operands) {
    return operands.stream().reduce(BigDecimal.ZERO, (a, b) -> a.add(b, EXACT));
  }

  private static int places(BigDecimal places) {
    if (places.abs().compareTo(BigDecimal.valueOf(PLACES_MAX)) > 0) {
      throw new ArithmeticException("it rounds to more than " + PLACES_MAX + " places");
    }
    return places.intValueExact();
  }

  private static ArithmeticException unknown(String what) {
    return new ArithmeticException(what + " is not known here");
  }
}
