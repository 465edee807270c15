using System.Globalization;
using System.Text;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Api.FieldSets;

/// <summary>Reads the steps of a FieldsV1: `f:spec`, `k:{"name":"c"}`, `v:"x"`, `i:0`.</summary>
internal static class PathElementText
{
    /// <summary>
    /// False for what is malformed. A step of a form that is not known yet is well-formed and null: a later version may
    /// have written it.
    /// </summary>
    public static bool TryParse(string text, out PathElement? step)
    {
        step = null;
        if (text.Length < 2 || text[1] != ':')
        {
            return false;
        }

        switch (text[0])
        {
            case 'f':
                step = PathElement.OfFieldText(text);
                return true;
            case 'i':
                if (text.Contains('\0', StringComparison.Ordinal) || !int.TryParse(
                    text.AsSpan(2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
                {
                    return false;
                }

                step = PathElement.OfIndex(index);
                return true;
            case 'k' or 'v':
                return TryParseJson(text, out step);
            default:
                return true;
        }
    }

    private static bool TryParseJson(string text, out PathElement? step)
    {
        step = null;
        try
        {
            var reader = ObjectDecoder.NewReader(Encoding.UTF8.GetBytes(text, 2, text.Length - 2));
            if (!reader.Read())
            {
                return false;
            }

            if (text[0] == 'v')
            {
                step = PathElement.OfValue(FieldScalar.Read(ref reader));
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                step = PathElement.OfKey(ReadKey(ref reader));
            }

            // Nothing may follow.
            return step is not null && !reader.Read();
        }
        catch (JsonException)
        {
            step = null;
            return false;
        }
    }

    private static KeyField[] ReadKey(ref Utf8JsonReader reader)
    {
        var fields = new List<KeyField>(2);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref reader);
            reader.Read();
            fields.Add(new KeyField(name, FieldScalar.Read(ref reader)));
        }

        return [.. fields];
    }
}
