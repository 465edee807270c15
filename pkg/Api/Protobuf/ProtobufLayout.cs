using Kube1.Api.Schema;

namespace Kube1.Api.Protobuf;

/// <summary>
/// The fields of a message in the order of their numbers, which is the order on the wire. A message that is inlined in
/// JSON (a Volume's VolumeSource) is one slot here, with a layout of its own.
/// </summary>
internal sealed class ProtobufLayout
{
    private readonly Slot[] _slots;

    private ProtobufLayout(IEnumerable<SchemaField> fields, int depth) => _slots =
    [
        .. fields.GroupBy(f => f.ProtoPath[depth]).OrderBy(g => g.Key).Select(g => g.First().ProtoPath.Count > depth + 1
            ? new Slot(g.Key, null, new ProtobufLayout(g, depth + 1))
            : new Slot(g.Key, g.Single(), null)),
    ];

    /// <summary>The slots, in ascending order.</summary>
    public ReadOnlySpan<Slot> Slots => _slots;

    /// <summary>The layout of a type's message.</summary>
    public static ProtobufLayout Of(SchemaType type) => new(type.Fields.Where(f => f.ProtoPath.Count > 0), 0);

    /// <summary>The slot of this number; a slot without field and layout when there is none.</summary>
    public Slot Find(int number)
    {
        foreach (var slot in _slots)
        {
            if (slot.Number == number)
            {
                return slot;
            }
        }

        return default;
    }

    /// <summary>A field, or an inlined message.</summary>
    public readonly record struct Slot(int Number, SchemaField? Field, ProtobufLayout? Inlined);
}
