namespace Kube1.Api.Validation;

/// <summary>The syntax of names, scanned by hand: most names are sound, and they are checked on every write.</summary>
internal static class NameSyntax
{
    /// <summary>What names and keys are made of.</summary>
    public static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.';

    /// <summary>[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?</summary>
    public static bool IsNamePart(ReadOnlySpan<char> value)
    {
        if (value.Length == 0 || !char.IsAsciiLetterOrDigit(value[0]) || !char.IsAsciiLetterOrDigit(value[^1]))
        {
            return false;
        }

        foreach (var letter in value)
        {
            if (!IsNameLetter(letter))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>[a-z0-9]([-a-z0-9]*[a-z0-9])?</summary>
    public static bool IsLabel(ReadOnlySpan<char> value, bool allowLeadingDigit)
    {
        if (value.Length == 0 || value[0] == '-' || value[^1] == '-' || (!allowLeadingDigit && char.IsAsciiDigit(value[0])))
        {
            return false;
        }

        foreach (var letter in value)
        {
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '-')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Labels joined by dots.</summary>
    public static bool IsSubdomain(ReadOnlySpan<char> value)
    {
        foreach (var part in value.Split('.'))
        {
            if (!IsLabel(value[part], allowLeadingDigit: true))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same; one underscore may lead each label, inside it is as good as a dash.</summary>
    public static bool IsUnderscoredSubdomain(string value)
    {
        foreach (var part in value.Split('.'))
        {
            if (!IsLabel((part.StartsWith('_') ? part[1..] : part).Replace('_', '-'), allowLeadingDigit: true))
            {
                return false;
            }
        }

        return true;
    }
}
