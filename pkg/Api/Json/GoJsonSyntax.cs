
namespace Kube1.Api.Json;

/// <summary>
/// Says what is wrong with malformed JSON in the words of Go's encoding/json, which clients and tests know. Only called
/// once a body is known to be malformed, so it values small code over speed.
/// </summary>
public static class GoJsonSyntax
{
    private const string UnexpectedEnd = "unexpected end of JSON input";

    // encoding/json's own bound on nesting.
    private const int MaxDepth = 10_000;

    /// <summary>The first error; null when the text is JSON.</summary>
    public static string? Describe(ReadOnlySpan<byte> body)
    {
        var at = 0;
        var open = new Stack<bool>();
        var error = Value(body, ref at, open);
        while (error is null && open.Count > 0)
        {
            error = AfterValue(body, ref at, open);
        }

        if (error is not null)
        {
            return error;
        }

        SkipSpace(body, ref at);
        return at < body.Length ? Invalid(body[at], "after top-level value") : null;
    }

    /// <summary>Reads a scalar, or goes into objects and arrays until their first scalar or their end.</summary>
    private static string? Value(ReadOnlySpan<byte> body, ref int at, Stack<bool> open)
    {
        while (true)
        {
            SkipSpace(body, ref at);
            if (at >= body.Length)
            {
                return UnexpectedEnd;
            }

            switch (body[at])
            {
                case (byte)'{':
                    at++;
                    open.Push(true);
                    if (open.Count > MaxDepth)
                    {
                        return "exceeded max depth";
                    }

                    SkipSpace(body, ref at);
                    if (at < body.Length && body[at] == (byte)'}')
                    {
                        return Close(ref at, open);
                    }

                    if (Key(body, ref at) is { } keyError)
                    {
                        return keyError;
                    }

                    break;
                case (byte)'[':
                    at++;
                    open.Push(false);
                    if (open.Count > MaxDepth)
                    {
                        return "exceeded max depth";
                    }

                    SkipSpace(body, ref at);
                    if (at < body.Length && body[at] == (byte)']')
                    {
                        return Close(ref at, open);
                    }

                    break;
                default:
                    return Scalar(body, ref at);
            }
        }
    }

    private static string? Close(ref int at, Stack<bool> open)
    {
        at++;
        open.Pop();
        return null;
    }

    private static string? AfterValue(ReadOnlySpan<byte> body, ref int at, Stack<bool> open)
    {
        SkipSpace(body, ref at);
        if (at >= body.Length)
        {
            return UnexpectedEnd;
        }

        var inObject = open.Peek();
        if (body[at] == (inObject ? (byte)'}' : (byte)']'))
        {
            return Close(ref at, open);
        }

        if (body[at] != (byte)',')
        {
            return Invalid(body[at], inObject ? "after object key:value pair" : "after array element");
        }

        at++;
        if (inObject && Key(body, ref at) is { } error)
        {
            return error;
        }

        return Value(body, ref at, open);
    }

    private static string? Key(ReadOnlySpan<byte> body, ref int at)
    {
        SkipSpace(body, ref at);
        if (at >= body.Length)
        {
            return UnexpectedEnd;
        }

        if (body[at] != (byte)'"')
        {
            return Invalid(body[at], "looking for beginning of object key string");
        }

        if (Text(body, ref at) is { } error)
        {
            return error;
        }

        SkipSpace(body, ref at);
        if (at >= body.Length)
        {
            return UnexpectedEnd;
        }

        return body[at++] == (byte)':' ? null : Invalid(body[at - 1], "after object key");
    }

    private static string? Scalar(ReadOnlySpan<byte> body, ref int at) => body[at] switch
    {
        (byte)'"' => Text(body, ref at),
        (byte)'t' => Literal(body, ref at, "true"),
        (byte)'f' => Literal(body, ref at, "false"),
        (byte)'n' => Literal(body, ref at, "null"),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Number(body, ref at),
        var other => Invalid(other, "looking for beginning of value"),
    };

    private static string? Text(ReadOnlySpan<byte> body, ref int at)
    {
        for (at++; at < body.Length; at++)
        {
            switch (body[at])
            {
                case (byte)'"':
                    at++;
                    return null;
                case < 0x20:
                    return Invalid(body[at], "in string literal");
                case (byte)'\\':
                    at++;
                    if (at < body.Length && body[at] == (byte)'u')
                    {
                        for (var i = 0; i < 4; i++)
                        {
                            if (++at < body.Length && !char.IsAsciiHexDigit((char)body[at]))
                            {
                                return Invalid(body[at], "in \\u hexadecimal character escape");
                            }
                        }
                    }
                    else if (at < body.Length && "\"\\/bfnrt"u8.IndexOf(body[at]) < 0)
                    {
                        return Invalid(body[at], "in string escape code");
                    }

                    break;
                default:
                    break;
            }
        }

        return UnexpectedEnd;
    }

    private static string? Literal(ReadOnlySpan<byte> body, ref int at, string word)
    {
        foreach (var letter in word)
        {
            if (at >= body.Length)
            {
                return UnexpectedEnd;
            }

            if (body[at] != letter)
            {
                return Invalid(body[at], $"in literal {word} (expecting '{letter}')");
            }

            at++;
        }

        return null;
    }

    private static string? Number(ReadOnlySpan<byte> body, ref int at)
    {
        if (body[at] == (byte)'-')
        {
            at++;
        }

        var first = at;
        if (Digits(body, ref at, "in numeric literal", first) is { } error)
        {
            return error;
        }

        if (body[first] == (byte)'0')
        {
            // Nothing may follow a leading zero but a fraction or an exponent.
            at = first + 1;
        }

        if (at < body.Length && body[at] == (byte)'.')
        {
            at++;
            if (Digits(body, ref at, "after decimal point in numeric literal", at) is { } fractionError)
            {
                return fractionError;
            }
        }

        if (at < body.Length && body[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < body.Length && body[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            return Digits(body, ref at, "in exponent of numeric literal", at);
        }

        return null;
    }

    private static string? Digits(ReadOnlySpan<byte> body, ref int at, string where, int start)
    {
        while (at < body.Length && char.IsAsciiDigit((char)body[at]))
        {
            at++;
        }

        if (at > start)
        {
            return null;
        }

        return at >= body.Length ? UnexpectedEnd : Invalid(body[at], where);
    }

    private static void SkipSpace(ReadOnlySpan<byte> body, ref int at)
    {
        while (at < body.Length && body[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            at++;
        }
    }

    private static string Invalid(byte found, string where) => $"invalid character {Quote(found)} {where}";

    private static string Quote(byte found) => found switch
    {
        (byte)'\'' => "'\\''",
        (byte)'"' => "'\"'",
        (byte)'\\' => "'\\\\'",
        (byte)'\n' => "'\\n'",
        (byte)'\r' => "'\\r'",
        (byte)'\t' => "'\\t'",
        (byte)'\b' => "'\\b'",
        (byte)'\f' => "'\\f'",
        0x07 => "'\\a'",
        0x0B => "'\\v'",
        < 0x20 or 0x7F => $"'\\x{found:x2}'",
        // Go shows a byte above ASCII as the Latin-1 character of that number.
        >= 0x80 and < 0xA0 or 0xAD => $"'\\u{(int)found:x4}'",
        _ => $"'{(char)found}'",
    };
}
