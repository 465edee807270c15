namespace Kube1.ApiServer.Admission;

/// <summary>
/// The second round of mutating admission: when a webhook or policy has changed the object, the plug-ins before it have
/// not seen what it is now. There is one such round and no more
/// (k8s.io/apiserver/pkg/admission ReinvocationContext).
/// </summary>
public sealed class Reinvocation
{
    private Dictionary<string, object>? _states;

    /// <summary>Whether this is the second round.</summary>
    public bool IsSecondRound { get; private set; }

    /// <summary>Whether a second round is wanted.</summary>
    public bool IsNeeded { get; private set; }

    /// <summary>The object has changed: asks for a second round.</summary>
    public void Require() => IsNeeded = true;

    /// <summary>What a plug-in remembers between the rounds; made at the first call.</summary>
    public T StateOf<T>(string plugin) where T : class, new()
    {
        _states ??= new(StringComparer.Ordinal);
        if (!_states.TryGetValue(plugin, out var state))
        {
            _states[plugin] = state = new T();
        }

        return (T)state;
    }

    /// <summary>The second round begins.</summary>
    internal void BeginSecondRound() => IsSecondRound = true;
}
