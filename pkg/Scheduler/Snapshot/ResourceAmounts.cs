using Kube1.Api;

namespace Kube1.Scheduler.Snapshot;

/// <summary>Sums of resources in the integers that the scheduler computes with: millicores, bytes, pieces.</summary>
internal sealed class ResourceAmounts
{
    public long MilliCpu;
    public long MemoryBytes;
    public long EphemeralStorageBytes;

    /// <summary>The largest number of pods; only meaningful for a node's allocatable amounts.</summary>
    public int AllowedPods;

    /// <summary>Extended resources, huge pages and attachable volumes by name; null when there are none.</summary>
    public Dictionary<string, long>? Scalars { get; private set; }

    public static ResourceAmounts From(IReadOnlyDictionary<string, ResourceQuantity>? quantities)
    {
        var amounts = new ResourceAmounts();
        foreach (var (name, quantity) in quantities ?? new Dictionary<string, ResourceQuantity>())
        {
            amounts.AddQuantity(name, quantity);
        }

        return amounts;
    }

    public void AddQuantity(string name, ResourceQuantity quantity)
    {
        if (name == "pods")
        {
            AllowedPods += (int)quantity.LongValue;
        }
        else
        {
            this[name] += name == "cpu" ? quantity.MilliValue : quantity.LongValue;
        }
    }

    /// <summary>The amount of a resource by its API name, cpu in millicores.</summary>
    public long this[string name]
    {
        get => name switch
        {
            "cpu" => MilliCpu,
            "memory" => MemoryBytes,
            "ephemeral-storage" => EphemeralStorageBytes,
            _ => Scalars is null ? 0 : Scalars.GetValueOrDefault(name),
        };
        set
        {
            switch (name)
            {
                case "cpu": MilliCpu = value; break;
                case "memory": MemoryBytes = value; break;
                case "ephemeral-storage": EphemeralStorageBytes = value; break;
                default: (Scalars ??= new(StringComparer.Ordinal))[name] = value; break;
            }
        }
    }

    public void Add(ResourceAmounts other, int sign = 1)
    {
        MilliCpu += sign * other.MilliCpu;
        MemoryBytes += sign * other.MemoryBytes;
        EphemeralStorageBytes += sign * other.EphemeralStorageBytes;
        if (other.Scalars is not null)
        {
            foreach (var (name, amount) in other.Scalars)
            {
                this[name] += sign * amount;
            }
        }
    }

    /// <summary>Raises each amount to at least the other's.</summary>
    public void Max(ResourceAmounts other)
    {
        MilliCpu = Math.Max(MilliCpu, other.MilliCpu);
        MemoryBytes = Math.Max(MemoryBytes, other.MemoryBytes);
        EphemeralStorageBytes = Math.Max(EphemeralStorageBytes, other.EphemeralStorageBytes);
        if (other.Scalars is not null)
        {
            foreach (var (name, amount) in other.Scalars)
            {
                this[name] = Math.Max(this[name], amount);
            }
        }
    }

    public ResourceAmounts Clone() => new()
    {
        MilliCpu = MilliCpu,
        MemoryBytes = MemoryBytes,
        EphemeralStorageBytes = EphemeralStorageBytes,
        AllowedPods = AllowedPods,
        Scalars = Scalars is null ? null : new(Scalars, StringComparer.Ordinal),
    };

    public bool SameAs(ResourceAmounts other) =>
        MilliCpu == other.MilliCpu && MemoryBytes == other.MemoryBytes
        && EphemeralStorageBytes == other.EphemeralStorageBytes && AllowedPods == other.AllowedPods
        && (Scalars?.Count ?? 0) == (other.Scalars?.Count ?? 0)
        && (Scalars is null || Scalars.All(s => other[s.Key] == s.Value));
}
