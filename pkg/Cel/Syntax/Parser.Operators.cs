using System.Collections.Immutable;

namespace Kube1.Cel.Syntax;

/// <summary>Operators, from those that bind least to those that bind most.</summary>
internal sealed partial class Parser
{
    private int expressionDepth, relationDepth, calculationDepth;

    private enum Precedence
    {
        Relation,
        Sum,
        Product,
    }

    private CelExpression ParseExpression()
    {
        if (++expressionDepth > MaxDepth)
        {
            FailDepth();
        }

        var result = ParseOr();
        var mark = Current;
        if (Take(TokenKind.Question))
        {
            var id = NewId(mark.Start);
            nesting++;
            var whenTrue = ParseOr();
            nesting--;
            Match(TokenKind.Colon);
            var whenFalse = ParseExpression();
            SetDepth(id, 1 + Math.Max(Depth(result), Math.Max(Depth(whenTrue), Depth(whenFalse))));
            result = GlobalCall(id, Operators.Conditional, [result, whenTrue, whenFalse]);
        }

        expressionDepth--;
        return result;
    }

    private CelExpression ParseOr()
    {
        var first = ParseAnd();
        if (Current.Kind != TokenKind.Or)
        {
            return first;
        }

        List<CelExpression> terms = [first];
        List<int> ids = [];
        for (var mark = Current; Take(TokenKind.Or); mark = Current)
        {
            terms.Add(ParseAnd());
            ids.Add(NewId(mark.Start));
        }

        return Balance(Operators.Or, terms, ids, 0, ids.Count - 1);
    }

    private CelExpression ParseAnd()
    {
        var first = ParseBinary(Precedence.Relation);
        if (Current.Kind != TokenKind.And)
        {
            return first;
        }

        List<CelExpression> terms = [first];
        List<int> ids = [];
        for (var mark = Current; Take(TokenKind.And); mark = Current)
        {
            terms.Add(ParseBinary(Precedence.Relation));
            ids.Add(NewId(mark.Start));
        }

        return Balance(Operators.And, terms, ids, 0, ids.Count - 1);
    }

    // A long chain becomes a flat tree: these operators may be grouped in any way.
    private CelExpression Balance(string function, List<CelExpression> terms, List<int> ids, int low, int high)
    {
        var middle = (low + high + 1) / 2;
        var left = middle == low ? terms[middle] : Balance(function, terms, ids, low, middle - 1);
        var right = middle == high ? terms[middle + 1] : Balance(function, terms, ids, middle + 1, high);
        SetDepth(ids[middle], Math.Max(Depth(left), Depth(right)));
        return new CallExpression(ids[middle], function, null, [left, right]);
    }

    // Operators that bind at least as much as the lowest, all from left to right.
    private CelExpression ParseBinary(Precedence lowest)
    {
        var (relations, calculations) = (relationDepth, calculationDepth);
        if (lowest == Precedence.Relation && (++relationDepth > MaxDepth || ++calculationDepth > MaxDepth))
        {
            FailDepth();
        }

        var left = ParseUnary();
        while (OperatorOf(Current.Kind) is var (function, precedence) && precedence >= lowest)
        {
            if ((precedence == Precedence.Relation ? ++relationDepth : ++calculationDepth) > MaxDepth)
            {
                FailDepth();
                break;
            }

            var id = NewId(Current.Start);
            position++;
            var right = ParseBinary(precedence + 1);
            SetDepth(id, 1 + Math.Max(Depth(left), Depth(right)));
            left = GlobalCall(id, function, [left, right]);
        }

        (relationDepth, calculationDepth) = (relations, calculations);
        return left;
    }

    private static (string Function, Precedence Precedence)? OperatorOf(TokenKind kind) => kind switch
    {
        TokenKind.Less => (Operators.Less, Precedence.Relation),
        TokenKind.LessEqual => (Operators.LessEqual, Precedence.Relation),
        TokenKind.GreaterEqual => (Operators.GreaterEqual, Precedence.Relation),
        TokenKind.Greater => (Operators.Greater, Precedence.Relation),
        TokenKind.Equal => (Operators.Equal, Precedence.Relation),
        TokenKind.NotEqual => (Operators.NotEqual, Precedence.Relation),
        TokenKind.In => (Operators.In, Precedence.Relation),
        TokenKind.Plus => (Operators.Add, Precedence.Sum),
        TokenKind.Minus => (Operators.Subtract, Precedence.Sum),
        TokenKind.Star => (Operators.Multiply, Precedence.Product),
        TokenKind.Slash => (Operators.Divide, Precedence.Product),
        TokenKind.Percent => (Operators.Modulo, Precedence.Product),
        _ => null,
    };

    private CelExpression ParseUnary()
    {
        var mark = Current;
        var isNegation = mark.Kind == TokenKind.Minus && !IsNumber(tokens[position + 1].Kind);
        if (mark.Kind != TokenKind.Exclamation && !isNegation)
        {
            return ParseMember();
        }

        var count = 0;
        while (Take(mark.Kind))
        {
            count++;
        }

        if (isNegation && Current.Kind == TokenKind.End && !failed)
        {
            // Upstream's parser tries two rules for a minus before it says what it expected.
            ReportAt(Current.Start, "Syntax error: no viable alternative at input '-'");
        }

        if (count % 2 == 0)
        {
            return ParseMember();
        }

        var id = NewId(mark.Start);
        var operand = ParseMember();
        SetDepth(id, Depth(operand));
        return GlobalCall(id, isNegation ? Operators.Negate : Operators.Not, [operand]);
    }

    private static bool IsNumber(TokenKind kind) => kind is TokenKind.Int or TokenKind.Float;

    private CelExpression GlobalCall(int id, string function, ImmutableArray<CelExpression> arguments) =>
        Expand(id, function, null, arguments) ?? new CallExpression(id, function, null, arguments);
}
