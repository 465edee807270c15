using Kube1.Cel.Types;

namespace Kube1.Tests.Cel;

/// <summary>Types as the tables write them: <c>map(string, list(int))</c>.</summary>
internal static class CelTypeText
{
    public static CelType Parse(string text)
    {
        var at = 0;
        return Parse(text, ref at);
    }

    private static CelType Parse(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '.'))
        {
            at++;
        }

        var name = text[start..at];
        var parameters = new List<CelType>();
        if (at < text.Length && text[at] == '(')
        {
            do
            {
                at++;
                at += text[at] == ' ' ? 1 : 0;
                parameters.Add(Parse(text, ref at));
            }
            while (text[at] == ',');
            at++;
        }

        return name switch
        {
            "dyn" => CelType.Dyn,
            "null" => CelType.Null,
            "bool" => CelType.Bool,
            "int" => CelType.Int,
            "uint" => CelType.Uint,
            "double" => CelType.Double,
            "string" => CelType.String,
            "bytes" => CelType.Bytes,
            "timestamp" => CelType.Timestamp,
            "duration" => CelType.Duration,
            "list" => CelType.List(parameters[0]),
            "map" => CelType.Map(parameters[0], parameters[1]),
            "optional" => CelType.Optional(parameters[0]),
            "net.IP" or "net.CIDR" => CelType.Opaque(name),
            _ => CelType.Object(name),
        };
    }
}
