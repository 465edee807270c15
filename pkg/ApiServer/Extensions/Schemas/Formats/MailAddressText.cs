namespace Kube1.ApiServer.Extensions.Schemas.Formats;

/// <summary>
/// One address, alone or as "Name &lt;address&gt;" (Go's mail.ParseAddress).
/// https://www.rfc-editor.org/rfc/rfc5322#section-3.4
/// </summary>
internal ref struct MailAddressText
{
    private const string AtomPunctuation = "!#$%&'*+-/=?^_`{|}~";

    private ReadOnlySpan<char> _rest;

    private MailAddressText(ReadOnlySpan<char> text) => _rest = text;

    /// <summary>Whether the text is an address.</summary>
    public static bool IsValid(string text)
    {
        var parser = new MailAddressText(text);
        return (parser.TakeAddress() && parser.TakeEnd()) || new MailAddressText(text).IsNamed();
    }

    private bool IsNamed()
    {
        // A phrase of words and quoted texts, which may be missing; old ones have dots.
        SkipSpace();
        while (_rest.Length > 0 && _rest[0] != '<')
        {
            if (!(_rest[0] == '"' ? TakeQuoted() : TakeAtom(allowsDots: true)))
            {
                return false;
            }

            SkipSpace();
        }

        if (_rest.Length == 0)
        {
            return false;
        }

        _rest = _rest[1..];
        if (!TakeAddress() || _rest.Length == 0 || _rest[0] != '>')
        {
            return false;
        }

        _rest = _rest[1..];
        return TakeEnd();
    }

    private bool TakeAddress()
    {
        SkipSpace();
        if (_rest.Length == 0)
        {
            return false;
        }

        var isLocalSound = _rest[0] == '"' ? TakeQuoted() : TakeDotAtom();
        if (!isLocalSound || _rest.Length == 0 || _rest[0] != '@')
        {
            return false;
        }

        _rest = _rest[1..];
        SkipSpace();
        return _rest.Length > 0 && (_rest[0] == '[' ? TakeLiteral() : TakeDotAtom());
    }

    private bool TakeDotAtom()
    {
        var before = _rest;
        if (!TakeAtom(allowsDots: true))
        {
            return false;
        }

        var atom = before[..(before.Length - _rest.Length)];
        return atom[0] != '.' && atom[^1] != '.' && !atom.Contains("..", StringComparison.Ordinal);
    }

    private bool TakeAtom(bool allowsDots)
    {
        var length = 0;
        while (length < _rest.Length && (IsAtomLetter(_rest[length]) || (allowsDots && _rest[length] == '.')))
        {
            length++;
        }

        _rest = _rest[length..];
        return length > 0;
    }

    private bool TakeQuoted()
    {
        for (var i = 1; i < _rest.Length; i++)
        {
            switch (_rest[i])
            {
                case '"':
                    var isEmpty = i == 1;
                    _rest = _rest[(i + 1)..];
                    return !isEmpty;
                case '\\' when i + 1 < _rest.Length && IsVisible(_rest[i + 1]):
                    i++;
                    break;
                case var letter when !IsVisible(letter) || letter == '\\':
                    return false;
                default:
                    break;
            }
        }

        return false;
    }

    // An IP address in brackets.
    private bool TakeLiteral()
    {
        var close = _rest.IndexOf(']');
        if (close < 0)
        {
            return false;
        }

        var address = _rest[1..close].ToString();
        _rest = _rest[(close + 1)..];
        return Kube1.Api.Validation.NameRules.TryParseIPAddress(address, out _);
    }

    private bool TakeEnd()
    {
        SkipSpace();
        while (_rest.Length > 0 && _rest[0] == '(')
        {
            if (!TakeComment())
            {
                return false;
            }

            SkipSpace();
        }

        return _rest.Length == 0;
    }

    private bool TakeComment()
    {
        var depth = 0;
        for (var i = 0; i < _rest.Length; i++)
        {
            depth += _rest[i] == '(' ? 1 : _rest[i] == ')' ? -1 : 0;
            i += _rest[i] == '\\' ? 1 : 0;
            if (depth == 0)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private void SkipSpace() => _rest = _rest.TrimStart(" \t");

    private static bool IsAtomLetter(char letter) => letter >= 0x80 || char.IsAsciiLetterOrDigit(letter)
        || AtomPunctuation.Contains(letter, StringComparison.Ordinal);

    private static bool IsVisible(char letter) => letter is (>= ' ' and not '\x7F') or '\t';
}
