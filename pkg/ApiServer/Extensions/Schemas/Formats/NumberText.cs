namespace Kube1.ApiServer.Extensions.Schemas.Formats;

/// <summary>Numbers with a check digit.</summary>
internal static class NumberText
{
    /// <summary>"0-321-75104-3": ten digits, the last of which may be an X.</summary>
    public static bool IsIsbn10(string text)
    {
        Span<char> digits = stackalloc char[10];
        if (!TryStrip(text, digits) || digits[..9].ContainsAnyExceptInRange('0', '9')
            || !(char.IsAsciiDigit(digits[9]) || digits[9] == 'X'))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 10; i++)
        {
            sum += (i + 1) * (digits[i] == 'X' ? 10 : digits[i] - '0');
        }

        return sum % 11 == 0;
    }

    /// <summary>"978-0321751041": thirteen digits.</summary>
    public static bool IsIsbn13(string text)
    {
        Span<char> digits = stackalloc char[13];
        if (!TryStrip(text, digits) || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 12; i++)
        {
            sum += (i % 2 == 0 ? 1 : 3) * (digits[i] - '0');
        }

        return digits[12] - '0' == (10 - (sum % 10)) % 10;
    }

    /// <summary>The number of a card of one of the known issuers, with anything between its digits.</summary>
    public static bool IsCreditCard(string text)
    {
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (!IsOfKnownIssuer(digits))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 1 : 2);
            sum += digit >= 10 ? (digit % 10) + 1 : digit;
        }

        return sum % 10 == 0;
    }

    private static bool IsOfKnownIssuer(string digits) => (digits.Length, digits) switch
    {
        (13 or 16, ['4', ..]) => true,
        (16, ['5', >= '1' and <= '5', ..]) => true,
        (16, ['6', '0', '1', '1', ..] or ['6', '5', ..]) => true,
        (15, ['3', '4' or '7', ..]) => true,
        (14, ['3', '0', <= '5', ..] or ['3', '6' or '8', ..]) => true,
        (15, ['2', '1', '3', '1', ..] or ['1', '8', '0', '0', ..]) => true,
        (16, ['3', '5', ..]) => true,
        _ => false,
    };

    // Without dashes and white space exactly as long as the buffer.
    private static bool TryStrip(string text, Span<char> digits)
    {
        var count = 0;
        foreach (var letter in text)
        {
            if (letter is '-' or '\t' or '\n' or '\f' or '\r' or ' ')
            {
                continue;
            }

            if (count == digits.Length)
            {
                return false;
            }

            digits[count++] = letter;
        }

        return count == digits.Length;
    }
}
