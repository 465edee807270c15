using System.Text.Json.Nodes;

namespace Kube1.Api.Quotas;

/// <summary>Counts objects of any resource; some have a second name from the time before count/NAME.</summary>
public sealed class CountEvaluator : QuotaEvaluator
{
    private readonly string? _alias;
    private readonly Dictionary<string, ResourceQuantity> _usage;

    /// <summary>Counts this resource, also under an older name when one is given.</summary>
    public CountEvaluator(GroupResource resource, string? alias = null)
        : base(resource)
    {
        _alias = alias;
        _usage = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { [CountName] = One };
        if (alias is not null)
        {
            _usage[alias] = One;
        }
    }

    /// <inheritdoc/>
    public override bool Tracks(string name) => name == CountName || name == _alias;

    /// <inheritdoc/>
    public override object Decode(JsonObject obj) => obj;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ResourceQuantity> Usage(object obj, DateTimeOffset now) => _usage;
}
