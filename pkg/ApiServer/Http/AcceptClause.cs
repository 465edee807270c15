using System.Globalization;

namespace Kube1.ApiServer.Http;

/// <summary>One alternative of an Accept header, read and ordered as upstream's parser (goautoneg) does.</summary>
internal sealed class AcceptClause
{
    /// <summary>More alternatives than this are not looked at: no client has a tenth of them.</summary>
    private const int MaxClauses = 64;

    private readonly string _type;
    private readonly string _subType;
    private readonly List<(string Name, string Value)> _parameters = [];
    private double _quality = 1;

    private AcceptClause(string type, string subType)
    {
        _type = type;
        _subType = subType;
    }

    /// <summary>The alternatives, best first: by quality, wildcards behind; malformed ones are left out.</summary>
    public static IReadOnlyList<AcceptClause> Parse(string header)
    {
        var clauses = new List<AcceptClause>();
        foreach (var part in header.Split(','))
        {
            if (clauses.Count < MaxClauses && TryParse(part, out var clause))
            {
                Insert(clauses, clause);
            }
        }

        return clauses;
    }

    /// <summary>Whether it asks for this media type, perhaps by a wildcard.</summary>
    public bool Matches(string type, string subType) =>
        (_type == type && (_subType == subType || _subType == "*")) || (_type == "*" && _subType == "*");

    /// <summary>Whether it asks for a format that is served.</summary>
    public bool Matches(WireFormat format)
    {
        var name = MediaTypes.All[(int)format];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return Matches(name[..slash], name[(slash + 1)..]);
    }

    /// <summary>A parameter; null when it is not there. The last of several counts.</summary>
    public string? Parameter(string name)
    {
        for (var i = _parameters.Count - 1; i >= 0; i--)
        {
            if (_parameters[i].Name == name)
            {
                return _parameters[i].Value;
            }
        }

        return null;
    }

    private static bool TryParse(string part, out AcceptClause clause)
    {
        var pieces = part.Split(';');
        var names = pieces[0].Split('/');
        var type = names[0].Trim(' ');
        clause = new AcceptClause(type, names.Length == 2 ? names[1].Trim(' ') : "*");
        if (names.Length > 2 || (names.Length == 1 && type != "*"))
        {
            return false;
        }

        foreach (var piece in pieces.AsSpan(1))
        {
            if (piece.Split('=') is not [var name, { Length: > 0 } value])
            {
                continue;
            }

            if (name.Trim(' ') != "q")
            {
                clause._parameters.Add((name.Trim(' '), value.Trim(' ')));
                continue;
            }

            // What is no number counts as 0, and 0 is still better than nothing.
            clause._quality = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var q) ? q : 0;
        }

        return true;
    }

    // Upstream sorts by a relation that is no order (a wildcard of higher quality is both before and behind); the
    // insertion sort that it uses for short lists gives it a meaning.
    private static void Insert(List<AcceptClause> sorted, AcceptClause clause)
    {
        var at = sorted.Count;
        while (at > 0 && clause.IsBefore(sorted[at - 1]))
        {
            at--;
        }

        sorted.Insert(at, clause);
    }

    private bool IsBefore(AcceptClause other) => _quality > other._quality
        || (_type != "*" && other._type == "*")
        || (_subType != "*" && other._subType == "*");
}
