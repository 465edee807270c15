using Kube1.Api.Validation;

namespace Kube1.Api.Selectors;

/// <summary>
/// Reads the text form of label selectors with upstream's grammar and error texts (k8s.io/apimachinery/pkg/labels).
/// Throws <see cref="FormatException"/>.
/// </summary>
internal sealed class LabelSelectorParser(string text)
{
    private const string BinaryOperators = "in, notin, =, ==, !=, gt, lt";

    /// <summary>
    /// A selector with more conditions than this is a mistake or an attack: each costs every object a comparison.
    /// </summary>
    private const int MaxRequirements = 1000;

    private int _at;
    private (Token Kind, string Text)? _ahead;

    private enum Token
    {
        Error,
        End,
        Identifier,
        Keyword,
        Symbol,
    }

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            var next = Peek();
            if (next.Kind == Token.End)
            {
                return requirements;
            }

            if (!StartsRequirement(next))
            {
                throw new FormatException($"found '{next.Text}', expected: !, identifier, or 'end of string'");
            }

            requirements.Add(ReadRequirement());
            if (requirements.Count > MaxRequirements)
            {
                throw new FormatException($"a selector may not have more than {MaxRequirements} requirements");
            }

            next = Take();
            if (next.Kind == Token.End)
            {
                return requirements;
            }

            if (next is not (Token.Symbol, ","))
            {
                throw new FormatException($"found '{next.Text}', expected: ',' or 'end of string'");
            }

            if (!StartsRequirement(Peek()))
            {
                throw new FormatException($"found '{Peek().Text}', expected: identifier after ','");
            }
        }
    }

    private static bool StartsRequirement((Token Kind, string Text) token) => IsIdentifier(token) || token is (Token.Symbol, "!");

    // "in" and "notin" are operators only where one is due: they are sound keys and values.
    private static bool IsIdentifier((Token Kind, string Text) token) => token.Kind is Token.Identifier or Token.Keyword;

    private LabelRequirement ReadRequirement()
    {
        try
        {
            var negated = Peek() is (Token.Symbol, "!");
            if (negated)
            {
                Take();
            }

            var key = Take();
            if (!IsIdentifier(key))
            {
                throw new FormatException($"found '{key.Text}', expected: identifier");
            }

            if (NameRules.IsQualifiedName(key.Text) is { Count: > 0 } messages)
            {
                // Upstream has no field to name here, and says so.
                throw new FormatException($"<nil>: Invalid value: \"{key.Text}\": {string.Join("; ", messages)}");
            }

            if (negated)
            {
                return LabelRequirement.Create(key.Text, LabelOperator.DoesNotExist, []);
            }

            if (Peek().Kind == Token.End || Peek() is (Token.Symbol, ","))
            {
                return LabelRequirement.Create(key.Text, LabelOperator.Exists, []);
            }

            var op = ReadOperator();
            var values = op is LabelOperator.In or LabelOperator.NotIn ? ReadSet() : [ReadExactValue()];
            return LabelRequirement.Create(key.Text, op, values);
        }
        catch (FormatException e)
        {
            throw new FormatException("unable to parse requirement: " + e.Message);
        }
    }

    private LabelOperator ReadOperator()
    {
        var token = Take();
        return token switch
        {
            (Token.Keyword, "in") => LabelOperator.In,
            (Token.Keyword, "notin") => LabelOperator.NotIn,
            (Token.Symbol, "=") => LabelOperator.EqualTo,
            (Token.Symbol, "==") => LabelOperator.DoubleEquals,
            (Token.Symbol, "!=") => LabelOperator.NotEquals,
            (Token.Symbol, ">") => LabelOperator.GreaterThan,
            (Token.Symbol, "<") => LabelOperator.LessThan,
            _ => throw new FormatException($"found '{token.Text}', expected: {BinaryOperators}"),
        };
    }

    private string ReadExactValue()
    {
        if (Peek().Kind == Token.End || Peek() is (Token.Symbol, ","))
        {
            return "";
        }

        var token = Take();
        return IsIdentifier(token)
            ? token.Text
            : throw new FormatException($"found '{token.Text}', expected: identifier");
    }

    private List<string> ReadSet()
    {
        var open = Take();
        if (open is not (Token.Symbol, "("))
        {
            throw new FormatException($"found '{open.Text}' expected: '('");
        }

        var values = new List<string>();
        if (Peek() is (Token.Symbol, ")"))
        {
            Take();
            return values;
        }

        if (!IsIdentifier(Peek()) && Peek() is not (Token.Symbol, ","))
        {
            throw new FormatException($"found '{Peek().Text}', expected: ',', ')' or identifier");
        }

        while (true)
        {
            // A comma with nothing beside it stands for the empty value: "x in (,a)".
            if (IsIdentifier(Peek()))
            {
                values.Add(Take().Text);
            }
            else if (Peek() is (Token.Symbol, "," or ")"))
            {
                values.Add("");
            }
            else
            {
                throw new FormatException($"found '{Peek().Text}', expected: ',', or identifier");
            }

            var next = Take();
            if (next is (Token.Symbol, ")"))
            {
                return values;
            }

            if (next is not (Token.Symbol, ","))
            {
                throw new FormatException($"found '{next.Text}', expected: ',' or ')'");
            }
        }
    }

    private (Token Kind, string Text) Peek() => _ahead ??= Scan();

    private (Token Kind, string Text) Take()
    {
        var token = Peek();
        _ahead = null;
        return token;
    }

    private (Token Kind, string Text) Scan()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }

        if (_at >= text.Length)
        {
            return (Token.End, "");
        }

        var start = _at;
        if (!IsSymbol(text[_at]))
        {
            while (_at < text.Length && !IsSymbol(text[_at]) && text[_at] is not (' ' or '\t' or '\r' or '\n'))
            {
                _at++;
            }

            var word = text[start.._at];
            return (word is "in" or "notin" ? Token.Keyword : Token.Identifier, word);
        }

        _at++;
        if (_at < text.Length && text[_at] == '=' && text[start] is '=' or '!')
        {
            _at++;
        }

        return (Token.Symbol, text[start.._at]);
    }

    private static bool IsSymbol(char letter) => letter is '=' or '!' or '(' or ')' or ',' or '>' or '<';
}
