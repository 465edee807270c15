using Kube1.Api.Validation;

namespace Kube1.ApiServer.Admission;

/// <summary>One remark of admission for the audit log.</summary>
/// <param name="Value">The text.</param>
/// <param name="ShowsBody">Whether it tells of the request's body, and so belongs to the levels Request and up only.</param>
public readonly record struct AuditAnnotation(string Value, bool ShowsBody);

/// <summary>
/// What admission remarks on a request for the audit log (annotations of audit.k8s.io/v1 Events). The first remark under
/// a key stays. Webhooks remark in parallel, so this may be called from anywhere.
/// </summary>
public sealed class AuditAnnotations
{
    /// <summary>Webhooks choose how many there are: more than the patches and remarks of a busy cluster.</summary>
    public const int MaxCount = 512;

    /// <summary>What all values may have together: patches are among them, as large as objects.</summary>
    public const int MaxTotalChars = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private Dictionary<string, AuditAnnotation>? _byKey;
    private int _totalChars;

    /// <summary>A copy, by key.</summary>
    public IReadOnlyDictionary<string, AuditAnnotation> Snapshot()
    {
        lock (_lock)
        {
            return _byKey is null ? [] : new Dictionary<string, AuditAnnotation>(_byKey, StringComparer.Ordinal);
        }
    }

    /// <summary>
    /// Adds a remark; false when the key is no qualified name with a prefix, another remark stands under it, or there
    /// is no room.
    /// </summary>
    public bool TryAdd(string key, string value, bool showsBody = false)
    {
        if (key.Count(c => c == '/') != 1 || NameRules.IsQualifiedName(key).Count > 0)
        {
            return false;
        }

        var annotation = new AuditAnnotation(value, showsBody);
        lock (_lock)
        {
            _byKey ??= new(StringComparer.Ordinal);
            if (_byKey.TryGetValue(key, out var earlier))
            {
                return earlier == annotation;
            }

            if (_byKey.Count >= MaxCount || _totalChars + value.Length > MaxTotalChars)
            {
                return false;
            }

            _byKey.Add(key, annotation);
            _totalChars += value.Length;
            return true;
        }
    }
}
