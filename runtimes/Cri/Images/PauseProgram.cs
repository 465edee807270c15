using System.Buffers.Binary;

namespace Kube1.Runtimes.Cri.Images;

/// <summary>
/// A static ELF program for x86-64 Linux that waits for ever: SIGINT and SIGTERM end it, and as the first process of a
/// shared process namespace it reaps what others leave behind. Signals are blocked and waited for, because the kernel
/// drops unhandled signals for a namespace's first process, but not blocked ones.
/// </summary>
internal static class PauseProgram
{
    private const int HeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const ulong LoadAddress = 0x400000;

    // Bit n-1 stands for signal n: SIGINT (2), SIGTERM (15), SIGCHLD (17).
    private const ulong SignalSet = (1UL << 1) | (1UL << 14) | (1UL << 16);

    public static byte[] Build()
    {
        var code = Assemble();
        var offset = HeaderBytes + ProgramHeaderBytes;
        var file = new byte[offset + code.Length];
        code.CopyTo(file.AsSpan(offset));

        // ELF header: System V gABI chapter 4.
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2 /* 64 bit */, 1 /* LE */, 1];
        identification.CopyTo(file);
        Write16(file, 16, 2); // ET_EXEC
        Write16(file, 18, 62); // EM_X86_64
        Write32(file, 20, 1); // version
        Write64(file, 24, LoadAddress + (ulong)offset); // entry point
        Write64(file, 32, HeaderBytes); // program headers
        Write16(file, 52, HeaderBytes);
        Write16(file, 54, ProgramHeaderBytes);
        Write16(file, 56, 1); // one program header
        Write16(file, 58, 64); // size of a section header, of which there are none

        // The one segment: the whole file, readable and executable.
        Write32(file, 64, 1); // PT_LOAD
        Write32(file, 68, 5); // PF_R | PF_X
        Write64(file, 80, LoadAddress);
        Write64(file, 88, LoadAddress);
        Write64(file, 96, (ulong)file.Length);
        Write64(file, 104, (ulong)file.Length);
        Write64(file, 112, 0x1000); // alignment
        return file;
    }

    private static byte[] Assemble()
    {
        var a = new Assembler();
        a.Emit(0xb8, 14, 0, 0, 0); // mov eax, rt_sigprocmask
        a.Emit(0x31, 0xff); // xor edi, edi (SIG_BLOCK)
        a.EmitRelative32([0x48, 0x8d, 0x35], "signals"); // lea rsi, [rip+signals]
        a.Emit(0x31, 0xd2); // xor edx, edx
        a.Emit(0x41, 0xba, 8, 0, 0, 0); // mov r10d, 8 (size of the set)
        a.Emit(0x0f, 0x05); // syscall

        a.Label("wait");
        a.Emit(0xb8, 128, 0, 0, 0); // mov eax, rt_sigtimedwait
        a.EmitRelative32([0x48, 0x8d, 0x3d], "signals"); // lea rdi, [rip+signals]
        a.Emit(0x31, 0xf6); // xor esi, esi
        a.Emit(0x31, 0xd2); // xor edx, edx (no timeout)
        a.Emit(0x41, 0xba, 8, 0, 0, 0); // mov r10d, 8
        a.Emit(0x0f, 0x05); // syscall
        a.Emit(0x83, 0xf8, 17); // cmp eax, SIGCHLD
        a.EmitRelative8(0x74, "reap"); // je
        a.Emit(0x83, 0xf8, 2); // cmp eax, SIGINT
        a.EmitRelative8(0x74, "exit");
        a.Emit(0x83, 0xf8, 15); // cmp eax, SIGTERM
        a.EmitRelative8(0x74, "exit");
        a.EmitRelative8(0xeb, "wait"); // jmp: interrupted, wait again

        a.Label("reap");
        a.Emit(0xb8, 61, 0, 0, 0); // mov eax, wait4
        a.Emit(0x48, 0xc7, 0xc7, 0xff, 0xff, 0xff, 0xff); // mov rdi, -1 (any child)
        a.Emit(0x31, 0xf6); // xor esi, esi
        a.Emit(0xba, 1, 0, 0, 0); // mov edx, WNOHANG
        a.Emit(0x45, 0x31, 0xd2); // xor r10d, r10d
        a.Emit(0x0f, 0x05); // syscall
        a.Emit(0x85, 0xc0); // test eax, eax
        a.EmitRelative8(0x7f, "reap"); // jg: one reaped, there may be more
        a.EmitRelative8(0xeb, "wait");

        a.Label("exit");
        a.Emit(0x31, 0xff); // xor edi, edi
        a.Emit(0xb8, 60, 0, 0, 0); // mov eax, exit
        a.Emit(0x0f, 0x05); // syscall

        a.Label("signals");
        Span<byte> set = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(set, SignalSet);
        a.Emit(set);
        return a.ToArray();
    }

    private static void Write16(byte[] file, int at, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

    private static void Write32(byte[] file, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);

    private static void Write64(byte[] file, int at, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);

    /// <summary>Collects bytes and fills in distances to labels at the end.</summary>
    private sealed class Assembler
    {
        private readonly List<byte> _code = [];
        private readonly Dictionary<string, int> _labels = [];
        private readonly List<(int At, int Size, string Label)> _distances = [];

        public void Label(string name) => _labels[name] = _code.Count;

        public void Emit(params ReadOnlySpan<byte> bytes) => _code.AddRange(bytes);

        public void EmitRelative8(byte opcode, string label)
        {
            _code.Add(opcode);
            _distances.Add((_code.Count, 1, label));
            _code.Add(0);
        }

        public void EmitRelative32(ReadOnlySpan<byte> opcode, string label)
        {
            _code.AddRange(opcode);
            _distances.Add((_code.Count, 4, label));
            _code.AddRange([0, 0, 0, 0]);
        }

        public byte[] ToArray()
        {
            var code = _code.ToArray();
            foreach (var (at, size, label) in _distances)
            {
                var distance = _labels[label] - (at + size);
                if (size == 1)
                {
                    code[at] = (byte)checked((sbyte)distance);
                }
                else
                {
                    BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at), distance);
                }
            }

            return code;
        }
    }
}
