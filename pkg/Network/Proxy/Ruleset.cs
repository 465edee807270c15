using System.Text;

namespace Kube1.Network.Proxy;

/// <summary>
/// The changing part of the table as plain data: the elements of each map and set, and the chains that Services with
/// session affinity need. Two of them give the difference in nft's language.
/// </summary>
internal sealed class Ruleset
{
    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>Map or set name → key → value ("" for a set).</summary>
    private readonly SortedDictionary<string, Dictionary<string, string>> _elements = new(StringComparer.Ordinal);

    /// <summary>Chain name → its rules.</summary>
    private readonly SortedDictionary<string, IReadOnlyList<string>> _chains = new(StringComparer.Ordinal);

    /// <summary>Sets that exist for one Service only: name → declaration.</summary>
    private readonly SortedDictionary<string, string> _sets = new(StringComparer.Ordinal);

    /// <summary>The number of elements in all maps and sets.</summary>
    public int Count => _elements.Values.Sum(e => e.Count);

    /// <summary>Puts an element; the first of a key wins, as the first Service of two that claim one address does.</summary>
    public void Put(string map, string key, string value = "")
    {
        if (!_elements.TryGetValue(map, out var elements))
        {
            _elements[map] = elements = new Dictionary<string, string>(StringComparer.Ordinal);
        }

        elements.TryAdd(key, value);
    }

    public void Chain(string name, IReadOnlyList<string> rules) => _chains[name] = rules;

    public void Set(string name, string declaration) => _sets[name] = declaration;

    public bool HasChain(string name) => _chains.ContainsKey(name);

    /// <summary>What turns <paramref name="before"/> into this, in an order in which nothing refers to what is not there.</summary>
    public string Since(Ruleset before, string table)
    {
        var text = new StringBuilder();
        foreach (var (name, declaration) in _sets.Where(s => !before._sets.ContainsKey(s.Key)))
        {
            text.Append($"add set {table} {name} {{ {declaration} }}\n");
        }

        foreach (var name in _chains.Keys.Where(c => !before._chains.ContainsKey(c)))
        {
            text.Append($"add chain {table} {name}\n");
        }

        foreach (var (name, rules) in _chains.Where(c => !SameRules(before, c.Key, c.Value)))
        {
            text.Append($"flush chain {table} {name}\n");
            foreach (var rule in rules)
            {
                text.Append($"add rule {table} {name} {rule}\n");
            }
        }

        foreach (var map in _elements.Keys.Union(before._elements.Keys).Order(StringComparer.Ordinal))
        {
            AppendElements(text, table, map, before.ElementsOf(map), ElementsOf(map));
        }

        foreach (var name in before._chains.Keys.Where(c => !_chains.ContainsKey(c)))
        {
            text.Append($"flush chain {table} {name}\n");
        }

        foreach (var name in before._chains.Keys.Where(c => !_chains.ContainsKey(c)))
        {
            text.Append($"delete chain {table} {name}\n");
        }

        foreach (var name in before._sets.Keys.Where(s => !_sets.ContainsKey(s)))
        {
            text.Append($"delete set {table} {name}\n");
        }

        return text.ToString();
    }

    private IReadOnlyDictionary<string, string> ElementsOf(string map) => _elements.TryGetValue(map, out var e) ? e : Nothing;

    private static bool SameRules(Ruleset before, string name, IReadOnlyList<string> rules) =>
        before._chains.TryGetValue(name, out var old) && old.SequenceEqual(rules);

    private static void AppendElements(
        StringBuilder text, string table, string map, IReadOnlyDictionary<string, string> old,
        IReadOnlyDictionary<string, string> now)
    {
        // A value cannot be changed in place: such an element goes and comes back within the same transaction.
        var gone = old.Where(e => !now.TryGetValue(e.Key, out var value) || value != e.Value).ToList();
        var come = now.Where(e => !old.TryGetValue(e.Key, out var value) || value != e.Value).ToList();
        if (gone.Count > 0)
        {
            text.Append($"delete element {table} {map} {{ ").AppendJoin(", ", gone.Select(e => e.Key)).Append(" }\n");
        }

        if (come.Count > 0)
        {
            text.Append($"add element {table} {map} {{ ")
                .AppendJoin(", ", come.Select(e => e.Value.Length == 0 ? e.Key : $"{e.Key} : {e.Value}")).Append(" }\n");
        }
    }
}
