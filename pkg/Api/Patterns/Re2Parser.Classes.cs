namespace Kube1.Api.Patterns;

/// <content>Escapes and classes of characters.</content>
internal sealed partial class Re2Parser
{
    private void ReadEscaped(List<Re2Node> parts)
    {
        var letter = _at + 1 < _pattern.Length ? _pattern[_at + 1] : '\0';
        Re2Assertion? assertion = letter switch
        {
            'A' => Re2Assertion.TextStart,
            'z' => Re2Assertion.TextEnd,
            'b' => Re2Assertion.WordBoundary,
            'B' => Re2Assertion.NoWordBoundary,
            _ => null,
        };
        if (assertion is { } known)
        {
            _at += 2;
            parts.Add(Re2Node.Of(known));
        }
        else if (letter == 'C')
        {
            throw Error("invalid escape sequence", "\\C");
        }
        else if (letter == 'Q')
        {
            ReadQuoted(parts);
        }
        else
        {
            parts.Add(TryReadNamedClass(out var set) ? Re2Node.Of(set) : Literal(ReadEscape()));
        }
    }

    // \Q...\E: everything between stands for itself.
    private void ReadQuoted(List<Re2Node> parts)
    {
        var end = _pattern.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
        var (stop, next) = end < 0 ? (_pattern.Length, _pattern.Length) : (end, end + 2);
        _at += 2;
        while (_at < stop)
        {
            if (++_parts > MaxParts)
            {
                throw Error("expression too large", _pattern);
            }

            parts.Add(Literal(ReadRune()));
        }

        _at = next;
    }

    // \d, \PL, \p{Lu}
    private bool TryReadNamedClass(out RuneSet set)
    {
        set = null!;
        if (_at + 1 >= _pattern.Length)
        {
            return false;
        }

        var letter = _pattern[_at + 1];
        if (RuneClasses.FindPerl(char.ToLowerInvariant(letter)) is { } perl)
        {
            _at += 2;
            set = Folded(perl, isNegated: char.IsAsciiLetterUpper(letter));
            return true;
        }

        if (letter is 'p' or 'P')
        {
            set = ReadUnicodeClass(isNegated: letter == 'P');
            return true;
        }

        return false;
    }

    private RuneSet ReadUnicodeClass(bool isNegated)
    {
        var start = _at;
        _at += 2;
        if (_at == _pattern.Length)
        {
            throw Error("invalid character class range", _pattern[start..]);
        }

        string name;
        if (_pattern[_at] == '{')
        {
            var end = _pattern.IndexOf('}', _at);
            if (end < 0)
            {
                throw Error("invalid character class range", _pattern[start..]);
            }

            name = _pattern[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            var letterAt = _at;
            ReadRune();
            name = _pattern[letterAt.._at];
        }

        if (name.StartsWith('^'))
        {
            (name, isNegated) = (name[1..], !isNegated);
        }

        return RuneClasses.FindUnicode(name) is { } found
            ? Folded(found, isNegated)
            : throw Error("invalid character class range", _pattern[start.._at]);
    }

    private RuneSet Folded(RuneSet set, bool isNegated)
    {
        if ((_options & Options.FoldsCase) != 0)
        {
            var builder = new RuneSet.Builder();
            builder.Add(set);
            builder.AddOtherCases();
            set = builder.Build();
        }

        return isNegated ? set.Negated() : set;
    }

    private int ReadEscape()
    {
        var start = _at++;
        if (_at == _pattern.Length)
        {
            throw Error("trailing backslash at end of expression", "");
        }

        var rune = ReadRune();
        switch (rune)
        {
            case >= '0' and <= '7' when rune == '0' || (_at < _pattern.Length && _pattern[_at] is >= '0' and <= '7'):
                var octal = rune - '0';
                for (var i = 1; i < 3 && _at < _pattern.Length && _pattern[_at] is >= '0' and <= '7'; i++)
                {
                    octal = (octal * 8) + (_pattern[_at++] - '0');
                }

                return octal;
            case 'x':
                return ReadHex(start);
            case 'a' or 'f' or 'n' or 'r' or 't' or 'v':
                return "\a\f\n\r\t\v"["afnrtv".IndexOf((char)rune, StringComparison.Ordinal)];
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)rune):
                return rune;
            default:
                throw Error("invalid escape sequence", _pattern[start.._at]);
        }
    }

    // \x7F or \x{10FFFF}
    private int ReadHex(int start)
    {
        var isBraced = _at < _pattern.Length && _pattern[_at] == '{';
        _at += isBraced ? 1 : 0;
        var (value, digits) = (0, 0);
        while (_at < _pattern.Length && char.IsAsciiHexDigit(_pattern[_at]) && (isBraced || digits < 2))
        {
            value = (value * 16) + Convert.ToInt32(_pattern[_at++].ToString(), 16);
            digits++;
            if (value > RuneSet.MaxRune)
            {
                throw Error("invalid escape sequence", _pattern[start.._at]);
            }
        }

        var isClosed = !isBraced || (_at < _pattern.Length && _pattern[_at] == '}');
        if (!isClosed || digits == 0 || (!isBraced && digits < 2))
        {
            _at = Math.Min(_pattern.Length, _at + 1);
            throw Error("invalid escape sequence", _pattern[start.._at]);
        }

        _at += isBraced ? 1 : 0;
        return value;
    }

    private RuneSet ReadClass()
    {
        var start = _at++;
        var isNegated = _at < _pattern.Length && _pattern[_at] == '^';
        _at += isNegated ? 1 : 0;
        var builder = new RuneSet.Builder();
        for (var isFirst = true; _at == _pattern.Length || _pattern[_at] != ']' || isFirst; isFirst = false)
        {
            if (TryReadPosixClass(out var named)
                || (_at < _pattern.Length && _pattern[_at] == '\\' && TryReadNamedClass(out named)))
            {
                builder.Add(named);
                continue;
            }

            ReadRange(builder, start);
        }

        _at++;
        if ((_options & Options.FoldsCase) != 0)
        {
            builder.AddOtherCases();
        }

        var set = builder.Build();
        return isNegated ? set.Negated() : set;
    }

    private void ReadRange(RuneSet.Builder builder, int classStart)
    {
        var start = _at;
        var first = ReadClassRune(classStart);
        var last = first;
        if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
        {
            _at++;
            last = ReadClassRune(classStart);
            if (last < first)
            {
                throw Error("invalid character class range", _pattern[start.._at]);
            }
        }

        builder.Add(first, last);
    }

    private int ReadClassRune(int classStart)
    {
        if (_at == _pattern.Length)
        {
            throw Error("missing closing ]", _pattern[classStart..]);
        }

        return _pattern[_at] == '\\' ? ReadEscape() : ReadRune();
    }

    private bool TryReadPosixClass(out RuneSet set)
    {
        set = null!;
        if (!_pattern.AsSpan(_at).StartsWith("[:"))
        {
            return false;
        }

        var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var text = _pattern[_at..(end + 2)];
        var isNegated = text[2] == '^';
        var found = RuneClasses.FindPosix(text[(isNegated ? 3 : 2)..^2])
            ?? throw Error("invalid character class range", text);
        set = Folded(found, isNegated);
        _at = end + 2;
        return true;
    }
}
